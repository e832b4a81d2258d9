// A login taken one step at a time, and what a refused one must leave behind: nothing.
import { expect } from 'vitest';
import type { AppWorld } from './app-world.ts';
import type { BrowserClient, Visit } from './browser-client.ts';

/** Opens `path` up to the redirect to the provider; the authorization request is in `location`. */
export const openLogin = (world: AppWorld, browser: BrowserClient, path = '/protected'): Promise<Visit> =>
  browser.get(world.url + path);

/** The parameters of the authorization request that a visit redirects to. */
export const authorizationRequest = (visit: Visit): URLSearchParams =>
  new URL(visit.location ?? 'about:blank').searchParams;

/** Opens `path`, signs in at the provider, and stops before the callback: its address is the result. */
export const untilCallback = async (
  world: AppWorld,
  browser: BrowserClient,
  path = '/protected',
): Promise<URL> => {
  const atProvider = await browser.follow(await openLogin(world, browser, path));
  if (atProvider.location === null) throw new Error(`the provider answered ${atProvider.status}`);
  return new URL(atProvider.location);
};

/** Comes back from the provider's site to any address. */
export const arrive = (world: AppWorld, browser: BrowserClient, url: URL | string): Promise<Visit> =>
  browser.get(String(url), { from: `${world.provider.origin}/` });

/** The same address with other parameters: null takes one out. */
export const withParameters = (url: URL, changes: Readonly<Record<string, string | null>>): URL => {
  const changed = new URL(url);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) changed.searchParams.delete(name);
    else changed.searchParams.set(name, value);
  }
  return changed;
};

/** The codes of the failed logins so far: of the app's log or of the library's events. */
export const failedLogins = (world: AppWorld): readonly string[] => [
  ...world.logLines().flatMap((line) => (line.msg === 'login_failed' ? [String(line.code)] : [])),
  ...world.events.flatMap((event) => (event.type === 'login_failed' ? [event.code] : [])),
];

/** Cookies of a session that an answer sets; clearing one does not count. */
export const sessionCookiesSet = (visit: Visit): readonly string[] =>
  visit.setCookies.filter((line) => /^(?:__Host-)?latchkey\.(?:sid|token)[^=]*=[^;]/.test(line));

export interface ExpectedRefusal {
  readonly status: number;
  readonly code: string;
  /** Calls that the provider got after the login began. Default: no code was sent to it. */
  readonly tokenCalls?: number;
  readonly userinfoCalls?: number;
}

/** Nobody is signed in, no cookie of a session is set, exactly one failure was reported, with this code. */
export const expectRefused = async (
  world: AppWorld,
  browser: BrowserClient,
  visit: Visit,
  expected: ExpectedRefusal,
): Promise<void> => {
  expect({ status: visit.status, code: failedLogins(world).at(-1) }).toEqual({
    status: expected.status,
    code: expected.code,
  });
  expect(sessionCookiesSet(visit)).toEqual([]);
  expect(visit.headers['cache-control']).toContain('no-store');
  expect(world.provider.calls('token')).toHaveLength(expected.tokenCalls ?? 0);
  expect(world.provider.calls('userinfo')).toHaveLength(expected.userinfoCalls ?? 0);
  expect(await world.whoIs(browser)).toBe('401');
};
