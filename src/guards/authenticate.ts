// Finds out who sends a request: one session read at most, no signature check, no call to the provider.
import type { Request } from 'express';
import { equalInConstantTime } from '../crypto/digest.ts';
import { LatchkeyError } from '../errors.ts';
import { absoluteEnd, idleEnd, type SessionLimits } from '../session/lifetimes.ts';
import type { LoadedSession, LoadSession } from '../session/load-session.ts';
import { type PresentedToken, presentedToken, type TokenCookie } from '../session/token-cookie.ts';
import type { TokenVault } from '../session/token-set.ts';
import type { RequestAuth, User } from './request-auth.ts';
import type { TokenGetter } from './token-getters.ts';

/** Who it is, or why nobody. */
export type Credential =
  | { readonly kind: 'session'; readonly auth: RequestAuth; readonly user: User }
  | { readonly kind: 'none' }
  /** `tampered`: a cookie that is not one of ours; it is cleared. */
  | { readonly kind: 'invalid'; readonly by: 'header' | 'cookie'; readonly tampered: boolean };

/** What authentication needs. */
export interface AuthenticateParts {
  readonly issuer: string;
  readonly load: LoadSession;
  readonly tokenCookie: TokenCookie;
  readonly vault: TokenVault;
  readonly limits: SessionLimits;
}

/** Looks at the credential of a request. Rejects with `store_unavailable` when the session cannot be read. */
export type Authenticate = (req: Request, getter: TokenGetter | undefined) => Promise<Credential>;

const none: Credential = { kind: 'none' };
const badCookie: Credential = { kind: 'invalid', by: 'cookie', tampered: false };
const badHeader: Credential = { kind: 'invalid', by: 'header', tampered: false };

export function createAuthenticate(parts: AuthenticateParts): Authenticate {
  const { load, tokenCookie, limits } = parts;
  return async (req, getter) => {
    const presented = await present(req, getter, tokenCookie);
    if (presented === 'absent') return none;
    if (presented === 'header') return badHeader;
    if (presented === 'invalid') return { kind: 'invalid', by: 'cookie', tampered: true };

    const session = await load(req);
    if (typeof session === 'string') return badCookie;
    const { record } = session;
    // Somebody whom another provider vouched for, before the installation moved to this one.
    if (record.issuer !== parts.issuer) return badCookie;
    // The session vouches for the token by its digest: no signature has to be verified again.
    if (!equalInConstantTime(record.tokenHash, presented.hash)) return badCookie;
    if (record.tokenExpiresAt <= limits.clock()) return badCookie;
    return {
      kind: 'session',
      auth: authOf(session, presented, parts),
      user: { ...record.user, sub: record.subject },
    };
  };
}

/** The token that is presented. A header decides where there is one; a bearer credential is never ignored. */
async function present(
  req: Request,
  getter: TokenGetter | undefined,
  tokenCookie: TokenCookie,
): Promise<PresentedToken | 'absent' | 'invalid' | 'header'> {
  if (getter === undefined) return req.headers.authorization === undefined ? tokenCookie.read(req) : 'header';
  // Where the header is the place to look, one that the getter cannot read is as bad as a wrong one.
  if (getter.source === 'authorization') return req.headers.authorization === undefined ? 'absent' : 'header';
  const token = await getter(req);
  return token === null || token === '' ? 'absent' : presentedToken(token);
}

function authOf(session: LoadedSession, presented: PresentedToken, parts: AuthenticateParts): RequestAuth {
  const { record, storeId, data } = session;
  return {
    subject: record.subject,
    issuer: record.issuer,
    scope: record.scope,
    permissions: record.permissions,
    roles: record.roles,
    acr: record.acr,
    amr: record.amr,
    authTime: record.authTime,
    expiresAt: record.tokenExpiresAt,
    session: {
      startedAt: record.startedAt,
      idleEndsAt: idleEnd(data, parts.limits),
      absoluteEndsAt: absoluteEnd(record.startedAt, parts.limits),
    },
    async accessToken() {
      if (presented.token !== null) return presented.token.reveal();
      const tokens = await parts.vault.read(storeId);
      if (tokens === null)
        throw new LatchkeyError('unauthenticated', { detail: 'the session has no tokens any more' });
      return tokens.accessToken.reveal();
    },
  };
}
