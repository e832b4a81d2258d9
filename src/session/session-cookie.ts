// Reads the session id from the signed cookie, in express-session's own format, without express-session.
import type { IncomingMessage } from 'node:http';
import { sign, unsign } from 'cookie-signature';
import { sha256 } from '../crypto/digest.ts';
import { type CookiePolicy, cookieValues } from '../http/cookies.ts';
import { createRecent, type Recent } from './recent.ts';

/**
 * The session id of the request: the one value under the cookie's name whose signature one of the secrets made.
 * Where two different well-signed ids stand side by side somebody planted one of them, and nothing tells which:
 * then there is no session.
 */
export function readSessionIds(
  req: IncomingMessage,
  policy: CookiePolicy,
  secrets: readonly string[],
): SessionIds | null {
  let found: SessionIds | null = null;
  for (const value of cookieValues(req, policy.sessionName)) {
    const ids = unsignAny(value, secrets);
    if (ids === null) continue;
    if (found !== null && found.id !== ids.id) return null;
    found = ids;
  }
  return found;
}

/** The two names of a session. */
export interface SessionIds {
  readonly id: string;
  /** What a store knows it by: {@link storeIdOf}. */
  readonly storeId: string;
}

/** The id alone. */
export function readSessionId(
  req: IncomingMessage,
  policy: CookiePolicy,
  secrets: readonly string[],
): string | null {
  return readSessionIds(req, policy, secrets)?.id ?? null;
}

/**
 * The value of the session cookie with the signature of the first secret; null where it has that one already, or
 * where there is no session id. Encoded as express-session does it.
 */
export function signedAnew(
  req: IncomingMessage,
  policy: CookiePolicy,
  secrets: readonly string[],
): string | null {
  const [first] = secrets;
  const id = readSessionId(req, policy, secrets);
  if (first === undefined || id === null || readSessionId(req, policy, [first]) !== null) return null;
  return encodeURIComponent(`s:${sign(id, first)}`);
}

/** The name a store knows a session by: a digest, so that reading the store does not give away a cookie. */
export function storeIdOf(sessionId: string): string {
  return sha256(sessionId);
}

const mostKept = 5000;
/** Ids whose signature was found good, by the digest of the whole cookie; for one list of secrets each. */
const found = new WeakMap<readonly string[], Recent<SessionIds>>();

/** A signature that was good under these secrets stays so: it is checked once and not on every page. */
function unsignAny(raw: string, secrets: readonly string[]): SessionIds | null {
  let known = found.get(secrets);
  if (known === undefined) {
    known = createRecent(mostKept);
    found.set(secrets, known);
  }
  const key = sha256(raw);
  const before = known.get(key);
  if (before !== undefined) return before;
  const id = checkSignature(raw, secrets);
  if (id === null) return null;
  const ids = { id, storeId: storeIdOf(id) };
  known.set(key, ids);
  return ids;
}

function checkSignature(raw: string, secrets: readonly string[]): string | null {
  const value = decode(raw);
  if (value === null || !value.startsWith('s:')) return null;
  const signed = value.slice(2);
  for (const secret of secrets) {
    const id = unsign(signed, secret);
    if (id !== false && id !== '') return id;
  }
  return null;
}

function decode(raw: string): string | null {
  try {
    return decodeURIComponent(raw);
  } catch {
    return null;
  }
}
