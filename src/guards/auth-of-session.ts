// What a guard puts on the request for a session: who it is, what they may, and their access token when it is asked for.
import type { Secret } from '../crypto/secret.ts';
import { LatchkeyError } from '../errors.ts';
import { joinAccess } from '../identity/directory-rights.ts';
import { absoluteEnd, idleEnd, type SessionLimits } from '../session/lifetimes.ts';
import type { LoadedSession } from '../session/load-session.ts';
import type { SessionRecord } from '../session/record.ts';
import type { PresentedToken } from '../session/token-cookie.ts';
import type { TokenVault } from '../session/token-set.ts';
import type { Credential } from './authenticate.ts';
import { ownLists } from './passed.ts';
import type { RequestAuth, User } from './request-auth.ts';

/** What is needed for it. */
export interface AuthOfSessionParts {
  readonly vault: TokenVault;
  readonly limits: SessionLimits;
}

const noClaims = Object.freeze({});

/** The credential of a session; `renewed` is a token that the browser has to be given. */
export function credentialOf(
  session: LoadedSession,
  presented: PresentedToken | 'absent',
  renewed: Secret | null,
  parts: AuthOfSessionParts,
): Credential {
  const token = () => renewed ?? (presented === 'absent' ? null : presented.token());
  const { record } = session;
  const { tokenExpiresAt: expiresAt, refreshAt } = record;
  const given = renewed === null ? null : { token: renewed, expiresAt, dueAt: refreshAt ?? expiresAt };
  const anew = () => authOf(session, token, parts);
  return { kind: 'session', auth: anew(), anew, user: userOf(record), renewed: given };
}

/** Requests that waited for the same renewal are given the same record: what is deep in it is copied for each. */
function userOf({ user, subject }: SessionRecord): User {
  const own: Record<string, unknown> & { sub: string } = { ...user, sub: subject };
  for (const name of Object.keys(own)) {
    const value = own[name];
    if (typeof value === 'object' && value !== null) own[name] = structuredClone(value);
  }
  return own;
}

function authOf(
  session: LoadedSession,
  token: () => Secret | null,
  parts: AuthOfSessionParts,
): RequestAuth & { readonly expiresAt: number } {
  const { record, storeId, data } = session;
  return {
    kind: 'session',
    subject: record.subject,
    issuer: record.issuer,
    clientId: null,
    ...ownLists(joinAccess(record, record.local)),
    acr: record.acr,
    authTime: record.authTime,
    expiresAt: record.tokenExpiresAt,
    claims: noClaims,
    apiKey: null,
    session: {
      startedAt: record.startedAt,
      idleEndsAt: idleEnd(data, parts.limits),
      absoluteEndsAt: absoluteEnd(record.startedAt, parts.limits),
    },
    async accessToken() {
      const shown = token();
      if (shown !== null) return shown.reveal();
      const kept = await parts.vault.read(storeId);
      if (kept === null)
        throw new LatchkeyError('unauthenticated', { detail: 'the session has no tokens any more' });
      return kept.tokens.accessToken.reveal();
    },
  };
}
