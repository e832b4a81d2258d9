// Judges a credential by what a guard requires, and answers where it does not suffice.
import type { NextFunction, Request, Response } from 'express';
import { asLatchkeyError, LatchkeyError } from '../errors.ts';
import { failureEvent } from '../events.ts';
import { isFromNamedOrigin } from '../http/cross-origin.ts';
import { hasSameOriginProof, isSafeMethod } from '../http/same-origin.ts';
import type { Credential } from './authenticate.ts';
import type { GuardOptions, GuardParts } from './guards.ts';
import type { RequestAuth, User } from './request-auth.ts';
import { firstUnmet, loginFor, type Requirements, type Unmet } from './requirements.ts';

/** Goes on where the judgement says so. Whatever fails here fails closed. */
export function passOrFail(
  parts: GuardParts,
  req: Request,
  next: NextFunction,
  judged: Promise<boolean>,
): void {
  judged
    .then((passes) => {
      if (passes) next();
    })
    // `next` with nothing, or with 'route', would go on past the guard.
    .catch((thrown: unknown) => {
      const error = asLatchkeyError(thrown);
      if (error.status >= 500) parts.emit({ ...parts.contextOf(req), ...failureEvent(error) });
      next(thrown instanceof Error ? thrown : error);
    });
}

/** The first requirement that a valid credential does not meet; null when it may pass. At once where nothing is asked. */
export function firstRefusal(
  parts: GuardParts,
  options: Pick<GuardOptions, 'check'> & Requirements,
  req: Request,
  { auth, user }: { readonly auth: RequestAuth; readonly user: User | null },
): Promise<Unmet | null> | Unmet | null {
  // Only a browser sends a credential by itself, and only a cookie.
  const byItself = auth.kind === 'session' && needsProof(req);
  if (byItself && !hasSameOriginProof(req, parts.baseUrl) && !isFromNamedOrigin(req)) {
    return { error: new LatchkeyError('cross_site_request'), stepUp: null };
  }
  const unmet = firstUnmet(auth, options, parts.acrOrder, Math.floor(parts.clock() / 1000));
  if (unmet !== null || options.check === undefined) return unmet;
  return byCheck(options.check, auth, req, user);
}

async function byCheck(
  check: NonNullable<GuardOptions['check']>,
  auth: RequestAuth,
  req: Request,
  user: User | null,
): Promise<Unmet | null> {
  const passed = await check(auth, req, user);
  return passed === true ? null : { error: new LatchkeyError('check_refused'), stepUp: null };
}

/** Answers with the refusal. */
export async function refuse(
  parts: GuardParts,
  options: GuardOptions,
  req: Request,
  res: Response,
  unmet: Unmet,
  credential: Credential,
): Promise<void> {
  const invalid = credential.kind === 'invalid';
  const somebody = credential.kind === 'session' || credential.kind === 'header' ? credential : null;
  const subject = somebody?.auth.subject ?? null;
  if (invalid || subject !== null) {
    const { code, details } = unmet.error;
    const why = details.oauthError === undefined ? {} : { detail: details.oauthError.description };
    parts.emit({ ...parts.contextOf(req), type: 'access_refused', code, subject, path: pathOf(req), ...why });
  }
  const refusal = {
    ...unmet,
    // Asked for at once, so that an anonymous visitor makes one trip and not two.
    login: unmet.stepUp ?? loginFor(options, parts.acrOrder),
    tokenPresented: invalid,
    byHeader: credential.kind === 'header' || (invalid && credential.by === 'header'),
    mode: options.unauthenticated ?? 'auto',
  };
  await parts.challenge(req, res, refusal, {
    onUnauthenticated: options.onUnauthenticated ?? parts.handlers.onUnauthenticated,
    onForbidden: options.onForbidden ?? parts.handlers.onForbidden,
  });
}

/** What changes something, and a WebSocket: browsers open those across origins, with cookies, and ask nobody. */
function needsProof(req: Request): boolean {
  return !isSafeMethod(req.method) || req.headers.upgrade?.toLowerCase() === 'websocket';
}

function pathOf(req: Request): string {
  return (req.originalUrl.split('?', 1)[0] ?? '').slice(0, 200);
}
