// GET /login: starts a login for somebody who opened the page, with the few parameters they may choose.
import type { RequestHandler } from 'express';
import { LatchkeyError } from '../errors.ts';
import { mayStartLogin } from '../http/navigation.ts';
import type { RoundsCookie } from '../transaction/rounds.ts';
import type { BeginLogin } from './start-login.ts';

/** What each allowed parameter has to look like. Nothing else of the request reaches the provider. */
const allowed: Readonly<Record<string, RegExp>> = {
  prompt: /^(?:none|login|consent|select_account)(?: (?:login|consent|select_account))*$/,
  login_hint: /^[^\p{Cc}]{1,254}$/u,
  ui_locales: /^[A-Za-z0-9-]{1,35}(?: [A-Za-z0-9-]{1,35}){0,9}$/,
};

export function loginRoute(beginLogin: BeginLogin, rounds: RoundsCookie): RequestHandler {
  return async (req, res) => {
    if (!mayStartLogin(req)) throw new LatchkeyError('login_not_navigated');
    const extra: Record<string, string> = {};
    for (const [name, shape] of Object.entries(allowed)) {
      const value = req.query[name];
      if (typeof value === 'string' && shape.test(value)) extra[name] = value;
    }
    // Somebody chose to try again, so what went round by itself before does not count any more.
    rounds.clear(req, res);
    await beginLogin(req, res, {
      returnTo: req.query.return_to,
      maxAge: null,
      acrValues: null,
      extra,
      restarts: 0,
    });
  };
}
