// A callback whose login is not in flight any more, or never was in this browser: on to the page, or one new start.
import type { Request, Response } from 'express';
import { sha256 } from '../crypto/digest.ts';
import { LatchkeyError } from '../errors.ts';
import { mayStartLogin } from '../http/navigation.ts';
import type { CallbackParts } from './callback.ts';
import type { ArrivedCallback } from './finish-login.ts';

/** Heals a login, or says why it cannot be healed. It never sends the code. */
export async function healLogin(
  parts: CallbackParts,
  req: Request,
  res: Response,
  { state, opened }: ArrivedCallback,
): Promise<void> {
  const healed = (how: 'continued' | 'restarted') =>
    parts.emit({ ...parts.contextOf(req), type: 'login_healed', how });

  // Where the guard asked for this login in spite of a session, going back with that session would go in circles,
  // unless the login was finished after all and this is its callback once more.
  const worthGoingBack = !opened.inSession || (await parts.once.isFinished(sha256(state)));
  if (worthGoingBack && (await parts.hasSession(req))) {
    healed('continued');
    return res.redirect(303, parts.site.judge(opened.returnTo));
  }
  if (opened.restarts > 0) {
    // The fresh login's cookie did not come back either, so one more round would end here again.
    throw new LatchkeyError(req.headers.cookie === undefined ? 'cookies_missing' : 'login_expired');
  }
  if (!mayStartLogin(req)) throw new LatchkeyError('login_not_navigated');
  healed('restarted');
  await parts.beginLogin(req, res, {
    returnTo: opened.returnTo,
    maxAge: null,
    acrValues: null,
    extra: {},
    restarts: opened.restarts + 1,
    rounds: parts.rounds.read(req),
    inSession: opened.inSession,
  });
}
