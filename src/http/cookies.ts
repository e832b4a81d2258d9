// Cookie names, flags and reading: the same rules for every cookie that latchkey sets.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { stringifySetCookie } from 'cookie';
import { createNote } from '../request-notes.ts';
import { appendCookie } from './keep-cookies.ts';

/** The names of our cookies and the flags they all share. */
export interface CookiePolicy {
  readonly secure: boolean;
  readonly sessionName: string;
  readonly tokenName: string;
  readonly transactionPrefix: string;
  /** How often a login came round again just now. */
  readonly roundsName: string;
  /** That silent sign-in was tried in this browser session. */
  readonly silentName: string;
}

/**
 * Decides names and flags from the public base URL. On https every name carries the `__Host-` prefix, so that
 * no sibling host and no plain-http page can plant one (draft-ietf-httpbis-rfc6265bis section 4.1.3.2).
 */
export function createCookiePolicy(baseUrl: URL): CookiePolicy {
  const secure = baseUrl.protocol === 'https:';
  const prefix = secure ? '__Host-' : '';
  return {
    secure,
    sessionName: `${prefix}latchkey.sid`,
    tokenName: `${prefix}latchkey.token`,
    transactionPrefix: `${prefix}latchkey.tx.`,
    roundsName: `${prefix}latchkey.rounds`,
    silentName: `${prefix}latchkey.silent`,
  };
}

/** Every cookie of the request in order, also those that share a name. Values are as they came. */
export function readCookies(req: IncomingMessage): Pairs {
  const known = parsed.get(req);
  if (known !== undefined) return known;
  const { cookie } = req.headers;
  const pairs = cookie === undefined ? noPairs : pairsIn(cookie);
  parsed.set(req, pairs);
  return pairs;
}

type Pairs = readonly (readonly [name: string, value: string])[];

const noPairs: Pairs = [];

function pairsIn(header: string): Pairs {
  const pairs: [string, string][] = [];
  let equals = header.indexOf('=');
  for (let start = 0; start < header.length && equals !== -1; ) {
    const semicolon = header.indexOf(';', start);
    const end = semicolon === -1 ? header.length : semicolon;
    // Looked for from where the last one stood: a header of semicolons alone is walked once.
    if (equals < start) equals = header.indexOf('=', start);
    if (equals > start && equals < end) {
      pairs.push([header.slice(start, equals).trim(), header.slice(equals + 1, end).trim()]);
    }
    start = end + 1;
  }
  return pairs;
}

const parsed = createNote<Pairs>();

/** All values that the request holds under one cookie name. */
export function cookieValues(req: IncomingMessage, name: string): readonly string[] {
  const values: string[] = [];
  for (const pair of readCookies(req)) if (pair[0] === name) values.push(pair[1]);
  return values;
}

/**
 * Adds a Set-Cookie header. The value is written as it is: base64url, or percent-encoded by the caller.
 * @param maxAgeSeconds - without it the cookie lasts until the browser closes
 */
export function setCookie(
  res: ServerResponse,
  policy: CookiePolicy,
  name: string,
  value: string,
  maxAgeSeconds?: number,
): void {
  const flags = { path: '/', httpOnly: true, sameSite: 'lax', secure: policy.secure } as const;
  const age = maxAgeSeconds === undefined ? {} : { maxAge: maxAgeSeconds };
  const header = stringifySetCookie({ name, value, ...flags, ...age }, { encode: (text) => text });
  appendCookie(res, name, header);
}

/** Makes the browser forget a cookie; same path and flags as when it was set, or browsers keep it. */
export function clearCookie(res: ServerResponse, policy: CookiePolicy, name: string): void {
  setCookie(res, policy, name, '', 0);
}
