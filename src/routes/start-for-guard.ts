// Begins the login that a guard asks for, unless such logins have just gone round and round.
import type { Request, Response } from 'express';
import { LatchkeyError } from '../errors.ts';
import type { Emit, EventContext } from '../events.ts';
import { maxRounds, maxStepUpRounds, type RoundsCookie } from '../transaction/rounds.ts';
import type { BeginLogin, LoginWish } from './start-login.ts';

/** Sends somebody to the provider and back to the page they are on, or shows the page that says why not. */
export type StartForGuard = (
  req: Request,
  res: Response,
  wish: Partial<Pick<LoginWish, 'maxAge' | 'acrValues'>> | null,
) => Promise<void>;

/** What it needs. */
export interface StartForGuardParts {
  readonly beginLogin: BeginLogin;
  readonly rounds: RoundsCookie;
  /** Whether the request has a live session. */
  readonly hasSession: (req: Request) => Promise<boolean>;
  readonly answer: (req: Request, res: Response, error: LatchkeyError) => Promise<void>;
  readonly emit: Emit;
  readonly contextOf: (req: Request) => EventContext;
}

export function createStartForGuard(parts: StartForGuardParts): StartForGuard {
  return async (req, res, wish) => {
    const rounds = parts.rounds.read(req);
    // The guard has put on the request whom it found; then this is a step-up.
    if (rounds.count >= (req.auth ? maxStepUpRounds : maxRounds)) {
      const detail = `${rounds.count} logins within a minute, and the page still asks for one`;
      parts.emit({ ...parts.contextOf(req), type: 'login_failed', code: 'login_loop', detail });
      return parts.answer(req, res, new LatchkeyError('login_loop', { detail, returnTo: req.originalUrl }));
    }
    await parts.beginLogin(req, res, {
      returnTo: req.originalUrl,
      maxAge: wish?.maxAge ?? null,
      acrValues: wish?.acrValues ?? null,
      extra: {},
      restarts: 0,
      rounds,
      inSession: await parts.hasSession(req),
    });
  };
}
