// The cookies of one person at one app, as their browser would keep them, and as Playwright wants to have them.
import { parseSetCookie } from 'cookie';
import { systemClock } from '../clock.ts';

/** A cookie as Playwright's `storageState` has it. */
export interface StoredCookie {
  readonly name: string;
  readonly value: string;
  readonly domain: string;
  readonly path: string;
  /** Epoch seconds; -1 lasts until the browser closes. */
  readonly expires: number;
  readonly httpOnly: boolean;
  readonly secure: boolean;
  readonly sameSite: 'Strict' | 'Lax' | 'None';
}

/** One person's cookies. All of them are of one app, so there is no other host to tell them from. */
export interface CookieJar {
  /** Keeps what Set-Cookie headers say: sets, replaces and clears. */
  keep(setCookies: readonly string[]): void;
  /** The Cookie header for a path; empty when there is none. */
  header(path: string): string;
  has(name: RegExp): boolean;
  list(hostname: string): StoredCookie[];
}

type Kept = Omit<StoredCookie, 'domain'>;

const sameSites = { strict: 'Strict', lax: 'Lax', none: 'None' } as const;

/** RFC 6265 section 5.1.4. */
const matches = (cookiePath: string, path: string): boolean =>
  path === cookiePath || path.startsWith(cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`);

const read = (line: string, nowSeconds: number): Kept | null => {
  // The value is kept as it came: decoding it would change what is sent back.
  const { name, value = '', ...flags } = parseSetCookie(line, { decode: (text) => text });
  if (name === '') return null;
  const { maxAge, expires, path, httpOnly = false, secure = false, sameSite } = flags;
  const ends = expires === undefined ? -1 : expires.getTime() / 1000;
  return {
    ...{ name, value, httpOnly, secure, path: path?.startsWith('/') ? path : '/' },
    expires: maxAge === undefined ? ends : nowSeconds + maxAge,
    // Browsers take a cookie without the attribute for Lax.
    sameSite: sameSites[sameSite === true ? 'strict' : sameSite || 'lax'],
  };
};

export const createCookieJar = (): CookieJar => {
  const kept = new Map<string, Kept>();
  const living = (): Kept[] => {
    const now = systemClock() / 1000;
    for (const [key, { expires }] of kept) if (expires !== -1 && expires <= now) kept.delete(key);
    return [...kept.values()];
  };
  return {
    keep(setCookies) {
      for (const line of setCookies) {
        const cookie = read(line, systemClock() / 1000);
        if (cookie !== null) kept.set(`${cookie.name};${cookie.path}`, cookie);
      }
    },
    header: (path) =>
      living()
        .filter((cookie) => matches(cookie.path, path))
        .map(({ name, value }) => `${name}=${value}`)
        .join('; '),
    has: (name) => living().some((cookie) => name.test(cookie.name)),
    list: (hostname) => living().map((cookie) => ({ ...cookie, domain: hostname })),
  };
};
