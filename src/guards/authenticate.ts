// Finds out who sends a request: one session read, no signature check, and a call to the provider only when a token is due.
import type { Request } from 'express';
import { equalInConstantTime } from '../crypto/digest.ts';
import type { Secret } from '../crypto/secret.ts';
import type { LatchkeyError } from '../errors.ts';
import type { EventContext } from '../events.ts';
import { createNote } from '../request-notes.ts';
import type { RenewedToken } from '../session/hand-out.ts';
import type { KeepClaims } from '../session/keep-claims.ts';
import type { KeepFresh } from '../session/keep-fresh.ts';
import type { SessionLimits } from '../session/lifetimes.ts';
import type { LoadedSession, LoadSession } from '../session/load-session.ts';
import type { SessionRecord } from '../session/record.ts';
import { type PresentedToken, presentedToken, type TokenCookie } from '../session/token-cookie.ts';
import type { TokenVault } from '../session/token-set.ts';
import { credentialOf } from './auth-of-session.ts';
import type { RequestAuth, User } from './request-auth.ts';
import type { TokenGetter } from './token-getters.ts';

type SessionAuth = RequestAuth & { readonly expiresAt: number };

/** Who it is, or why nobody. What came in a header is found by authenticate-header.ts. */
export type Credential =
  | {
      readonly kind: 'session';
      readonly auth: SessionAuth;
      /** The same once more, made of what no handler was given. */
      readonly anew: () => SessionAuth;
      readonly user: User;
      /** A new access token for the cookie, where it was refreshed. */
      readonly renewed: RenewedToken | null;
    }
  | {
      /** An access token or an API key in a header. */
      readonly kind: 'header';
      readonly auth: RequestAuth;
      /** As for a session. */
      readonly anew: () => RequestAuth;
      /** Null where the guard does not ask who it is. */
      readonly user: User | null;
      readonly renewed: null;
    }
  | { readonly kind: 'none' }
  | {
      readonly kind: 'invalid';
      readonly by: 'header' | 'cookie';
      /** A cookie that is not one of ours; it is cleared. */
      readonly tampered: boolean;
      /** What is wrong with a credential in a header. */
      readonly error?: LatchkeyError;
    };

/** What authentication needs. */
export interface AuthenticateParts {
  readonly issuer: string;
  readonly load: LoadSession;
  readonly tokenCookie: TokenCookie;
  readonly vault: TokenVault;
  readonly keepFresh: KeepFresh;
  readonly keepClaims: KeepClaims;
  readonly limits: SessionLimits;
  readonly contextOf: (req: Request) => EventContext;
}

/**
 * Looks at the credential of a request. Rejects with `store_unavailable` when the session cannot be read, and with
 * `provider_unavailable` when its token is dead and cannot be renewed now.
 * @param refresh - the claims are to be fetched anew for this request; rejects with `provider_unavailable` otherwise
 */
export type Authenticate = (
  req: Request,
  getter: TokenGetter | undefined,
  refresh: boolean,
) => Promise<Credential>;

const none: Credential = { kind: 'none' };
const badCookie: Credential = { kind: 'invalid', by: 'cookie', tampered: false };

export function createAuthenticate(parts: AuthenticateParts): Authenticate {
  const { load, tokenCookie, limits } = parts;
  /** What an earlier guard on the same request has refreshed. */
  const renewedSessions = createNote<LoadedSession>();
  /** Where that was the claims, from the provider. */
  const fetchedAnew = createNote<true>();
  /** Where the provider's answer ended the session: a later guard must not let it in. */
  const endedSessions = createNote<true>();
  return async (req, getter, refresh) => {
    const presented = getter === undefined ? tokenCookie.read(req) : await present(req, getter);
    if (presented === 'invalid') return { kind: 'invalid', by: 'cookie', tampered: true };
    // Only latchkey's own cookie is dropped by the browser in time; where an app looks elsewhere, nothing is nothing.
    if (presented === 'absent' && getter !== undefined) return none;

    const nobody = presented === 'absent' ? none : badCookie;
    const renewedBefore = renewedSessions.get(req);
    const session = renewedBefore ?? (await load(req));
    if (typeof session === 'string' || endedSessions.get(req) === true) return nobody;
    // Somebody whom another provider vouched for, before the installation moved to this one.
    if (session.record.issuer !== parts.issuer) return nobody;
    const fit = fitOf(presented, session.record, limits.clock());
    if (fit === 'wrong') return nobody;
    const settle = async (now: LoadedSession, token: PresentedToken | 'absent', renewed: Secret | null) => {
      const anew = refresh && fetchedAnew.get(req) !== true;
      if (!anew && !parts.keepClaims.isDue(now.record)) return credentialOf(now, token, renewed, parts);
      const claims = await parts.keepClaims.keep(now, anew ? 'anew' : 'when_due', parts.contextOf(req));
      if (claims.kind === 'over') {
        endedSessions.set(req, true);
        return nobody;
      }
      renewedSessions.set(req, claims.session);
      if (anew) fetchedAnew.set(req, true);
      const shown = claims.renewed === null ? token : 'absent';
      return credentialOf(claims.session, shown, claims.renewed ?? renewed, parts);
    };
    const { refreshAt, tokenExpiresAt } = session.record;
    if (refreshAt === null || limits.clock() < refreshAt) {
      if (tokenExpiresAt <= limits.clock()) return nobody;
      // The session vouches for the token by its digest: no signature has to be verified again.
      if (fit === 'current') {
        if (!refresh && !parts.keepClaims.isDue(session.record))
          return credentialOf(session, presented, null, parts);
        return settle(session, presented, null);
      }
      // The answer with the new token may never have arrived: somebody clicked on before it came.
      const again = renewedBefore === undefined && getter === undefined;
      const kept = again ? await parts.vault.read(session.storeId) : null;
      return settle(session, 'absent', kept?.tokens.accessToken ?? null);
    }
    const freshness = await parts.keepFresh(session, parts.contextOf(req));
    if (freshness.kind === 'over') return nobody;
    renewedSessions.set(req, freshness.session);
    // A refresh fetches userinfo as well, unless that was away.
    if (freshness.session.record.userAt > session.record.userAt) fetchedAnew.set(req, true);
    return settle(freshness.session, fit === 'current' ? presented : 'absent', freshness.renewed);
  };
}

/**
 * How a token fits the session. The one before the last refresh counts for a minute more: requests that were under
 * way carry it. A browser drops the cookie when the token ends, so none at all is right when a refresh is due or
 * has just been.
 */
function fitOf(
  presented: PresentedToken | 'absent',
  record: SessionRecord,
  now: number,
): 'current' | 'previous' | 'wrong' {
  const grace = now < record.previousUntil;
  if (presented === 'absent') {
    return grace || (record.refreshAt !== null && now >= record.refreshAt) ? 'previous' : 'wrong';
  }
  if (equalInConstantTime(record.tokenHash, presented.hash)) return 'current';
  const previous = record.previousTokenHash;
  return grace && previous !== null && equalInConstantTime(previous, presented.hash) ? 'previous' : 'wrong';
}

/** The token that an app looks for elsewhere. Headers have been looked at before. */
async function present(req: Request, getter: TokenGetter): Promise<PresentedToken | 'absent'> {
  if (getter.source === 'authorization') return 'absent';
  const token = await getter(req);
  return token === null || token === '' ? 'absent' : presentedToken(token);
}
