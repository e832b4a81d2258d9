// Requirements as guards of their own, stacked behind authenticated or currentUser.
import type { Request, RequestHandler, Response } from 'express';
import { LatchkeyError } from '../errors.ts';
import { failureEvent } from '../events.ts';
import type { Credential } from './authenticate.ts';
import { checkGuardOptions, optionNames } from './check-options.ts';
import type { GuardOptions, GuardParts } from './guards.ts';
import { firstRefusal, passOrFail, refuse } from './judge.ts';
import type { Requirements } from './requirements.ts';

/** What a stacked guard may require, and who answers in its place. */
export type StackedOptions = Requirements &
  Pick<GuardOptions, 'check' | 'unauthenticated' | 'onUnauthenticated' | 'onForbidden'>;

/** Makes a guard that judges what the guard before it on the route has found. */
export type Requires = (options: StackedOptions) => RequestHandler;

/** Makes `auth.requires`. */
export function createRequires(parts: GuardParts): Requires {
  return (options) => {
    checkGuardOptions(options, optionNames.requires);
    return (req, res, next) => passOrFail(parts, req, next, judge(parts, options, req, res));
  };
}

async function judge(
  parts: GuardParts,
  options: StackedOptions,
  req: Request,
  res: Response,
): Promise<boolean> {
  const credential = await credentialBefore(parts, 'auth.requires()', options, req, res);
  if (credential === null) return false;
  const unmet = await firstRefusal(parts, options, req, credential);
  if (unmet === null) return true;
  await refuse(parts, options, req, res, unmet, credential);
  return false;
}

/** Who the guard before has let through; null when that is nobody, and then the request has been answered. */
export async function credentialBefore(
  parts: GuardParts,
  name: string,
  options: Omit<StackedOptions, keyof Requirements | 'check'>,
  req: Request,
  res: Response,
): Promise<Extract<Credential, { kind: 'session' | 'header' }> | null> {
  const credential = parts.passed.before(req);
  if (credential?.kind === 'session' || credential?.kind === 'header') return credential;
  const unmet = { error: new LatchkeyError('unauthenticated', { returnTo: req.originalUrl }), stepUp: null };
  if (credential !== undefined) {
    await refuse(parts, options, req, res, unmet, credential);
    return null;
  }
  const detail = `${name} stands without authenticated() or currentUser() before it on the route`;
  parts.emit({ ...parts.contextOf(req), ...failureEvent(new LatchkeyError('internal_error', { detail })) });
  // A login would end here again, so none is started.
  await refuse(parts, { ...options, unauthenticated: '401' }, req, res, unmet, { kind: 'none' });
  return null;
}
