// The access token's cookie: sealed or plain, split when large, a reference when too large for any proxy.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sha256 } from '../crypto/digest.ts';
import type { Sealer } from '../crypto/seal.ts';
import { Secret } from '../crypto/secret.ts';
import { type CookiePolicy, clearCookie, cookieValues, readCookies, setCookie } from '../http/cookies.ts';
import { createRecent, type Recent } from './recent.ts';

/** The longest value of one cookie, in characters; browsers take 4,096 bytes with name and attributes. */
export const maxCookieValue = 3800;
/** The longest value of all parts: common proxies take 8 KB of headers, and the answer of a login has others too. */
export const maxCookieTotal = 6750;
const mostKept = 5000;
const maxCookieParts = Math.ceil(maxCookieTotal / maxCookieValue);

/** What a request presents: the token's digest, and the token itself unless the cookie only refers to it. */
export interface PresentedToken {
  readonly hash: string;
  /** Opened when it is asked for. */
  readonly token: () => Secret | null;
}

/** Writes, reads and clears the token cookie. */
export interface TokenCookie {
  write(req: IncomingMessage, res: ServerResponse, token: Secret, maxAgeSeconds: number): void;
  /** Absent, not one of ours (`invalid`), or what it holds. */
  read(req: IncomingMessage): PresentedToken | 'absent' | 'invalid';
  clear(req: IncomingMessage, res: ServerResponse): void;
}

/** Makes the token cookie for one policy. `plain` lets sibling services on the same host read the token. */
export function createTokenCookie(
  policy: CookiePolicy,
  sealer: Sealer,
  form: 'sealed' | 'plain',
): TokenCookie {
  const name = policy.tokenName;
  const partName = (index: number) => `${name}.${index}`;
  const known = createRecent<string>(mostKept);

  const clearExcept = (req: IncomingMessage, res: ServerResponse, kept: ReadonlySet<string>) => {
    for (const key of new Set(readCookies(req).map(([key]) => key))) {
      const ours = key === name || (key.startsWith(`${name}.`) && /^\d+$/.test(key.slice(name.length + 1)));
      if (ours && !kept.has(key)) clearCookie(res, policy, key);
    }
  };

  return {
    write(req, res, token, maxAgeSeconds) {
      const value = cookieValue(token, form, sealer);
      const parts = value.length <= maxCookieValue ? [value] : splitText(value, maxCookieValue);
      const names = parts.length === 1 ? [name] : parts.map((_, index) => partName(index));
      parts.forEach((part, index) => {
        setCookie(res, policy, names[index] ?? name, part, maxAgeSeconds);
      });
      clearExcept(req, res, new Set(names));
    },
    read(req) {
      const values = presentedValues(req, name, partName);
      if (values.length === 0) return 'absent';
      for (const value of values) {
        const opened = openValue(value, form, sealer, known);
        if (opened !== null) return opened;
      }
      // Where somebody planted a second cookie, clearing "ours" could clear the one that is right.
      return values.length === 1 ? 'invalid' : 'absent';
    },
    clear: (req, res) => clearExcept(req, res, new Set()),
  };
}

/** Describes a token that came another way than by the cookie. */
export function presentedToken(token: string): PresentedToken {
  const secret = new Secret(token);
  return { hash: sha256(token), token: () => secret };
}

function cookieValue(token: Secret, form: 'sealed' | 'plain', sealer: Sealer): string {
  const text = token.reveal();
  const value = form === 'plain' ? encodeURIComponent(text) : sealer.seal('token', `t${text}`);
  if (value.length <= maxCookieTotal) return value;
  // The vault has the token; the session only needs to see which one it is.
  return sealer.seal('token', `h${sha256(text)}`);
}

/**
 * A page view only has to know which token it is. A seal that was good stays so, so its token's digest is remembered
 * by the digest of the sealed value; the token itself is not kept.
 */
function openValue(
  value: string,
  form: 'sealed' | 'plain',
  sealer: Sealer,
  known: Recent<string>,
): PresentedToken | null {
  const key = sha256(value);
  const hash = known.get(key);
  if (hash !== undefined) return { hash, token: () => openSealed(value, sealer)?.token() ?? null };
  const opened = openSealed(value, sealer);
  if (opened !== null) {
    known.set(key, opened.hash);
    return opened;
  }
  if (form === 'sealed') return null;
  try {
    return presentedToken(decodeURIComponent(value));
  } catch {
    return null;
  }
}

function openSealed(value: string, sealer: Sealer): PresentedToken | null {
  const opened = sealer.open('token', value);
  if (opened === null) return null;
  const rest = opened.slice(1);
  return opened.startsWith('t') ? presentedToken(rest) : { hash: rest, token: () => null };
}

/** Every value under the cookie's name, or the parts joined. */
function presentedValues(
  req: IncomingMessage,
  name: string,
  partName: (index: number) => string,
): readonly string[] {
  const whole = cookieValues(req, name);
  if (whole.length > 0) return whole;
  let joined = '';
  for (let index = 0; index < maxCookieParts; index += 1) {
    const [part] = cookieValues(req, partName(index));
    if (part === undefined) break;
    joined += part;
  }
  return joined === '' ? [] : [joined];
}

function splitText(text: string, size: number): string[] {
  const parts: string[] = [];
  for (let start = 0; start < text.length; start += size) parts.push(text.slice(start, start + size));
  return parts;
}
