// Reads the credential of the JSON API: a login token with or without a scheme, an API key, or the login cookie.
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type CookiePolicy,
  clearCookie,
  cookieValues,
  createCookiePolicy,
  setCookie,
} from '../http/cookies.ts';
import { readCredential } from '../tokens/read-credential.ts';

/** What a request presents. */
export type LoginCredential =
  | { readonly kind: 'absent' }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'ambiguous' }
  | { readonly kind: 'token' | 'cookie' | 'api_key'; readonly value: string };

/** Longer is no token of ours, and not worth a look-up. */
const loginToken = /^[\w-]{43}$/;

/** A header decides where there is one, good or bad; the cookie comes after it. */
export function readLogin(
  req: IncomingMessage,
  rules: { readonly apiKeys: boolean; readonly cookie: LoginCookie | null },
): LoginCredential {
  const bare = bareToken(req);
  if (bare !== null) return tokenFrom('token', bare);
  const found = readCredential(req, { scheme: 'bearer', apiKeys: rules.apiKeys });
  if (found.kind === 'token') return tokenFrom('token', found.value);
  if (found.kind === 'x_api_key') return { kind: 'api_key', value: found.value };
  if (found.kind !== 'absent') return found;
  const [value, ...more] = rules.cookie?.read(req) ?? [];
  if (value === undefined) return { kind: 'absent' };
  return more.length > 0 ? { kind: 'malformed' } : tokenFrom('cookie', value);
}

/** `Authorization: <token>`: one word, no scheme. The clients of old send it so. */
function bareToken(req: IncomingMessage): string | null {
  const given = req.headersDistinct.authorization;
  const [header = ''] = given ?? [];
  return given?.length === 1 && /^[\w-]+$/.test(header.trim()) ? header.trim() : null;
}

function tokenFrom(kind: 'token' | 'cookie', value: string): LoginCredential {
  return loginToken.test(value) ? { kind, value } : { kind: 'malformed' };
}

/** The cookie that carries a login token in a browser. */
export interface LoginCookie {
  /** The origin whose pages may use it for what changes something. */
  readonly baseUrl: URL;
  read(req: IncomingMessage): readonly string[];
  set(res: ServerResponse, token: string, seconds: number): void;
  clear(res: ServerResponse): void;
}

/** `HttpOnly`, `SameSite=Lax`, on https `Secure` and under a name that no sibling host can set. */
export function createLoginCookie(baseUrl: URL): LoginCookie {
  const policy: CookiePolicy = createCookiePolicy(baseUrl);
  const name = `${policy.secure ? '__Host-' : ''}latchkey.login`;
  return {
    baseUrl,
    read: (req) => cookieValues(req, name),
    set: (res, token, seconds) => setCookie(res, policy, name, token, seconds),
    clear: (res) => clearCookie(res, policy, name),
  };
}
