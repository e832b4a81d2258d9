// One attempt to sign in, and what must hold when it is refused or when it succeeds.
import { expect } from 'vitest';
import type { AppWorld } from './app-world.ts';
import type { BrowserClient, Visit } from './browser-client.ts';

export interface Attempt {
  readonly browser: BrowserClient;
  /** The page at the end of all redirects. */
  readonly page: Visit;
  /** The answer of the callback route, when the browser got there. */
  readonly callback: Visit | undefined;
  /** What was logged meanwhile (app worlds only). */
  readonly log: readonly Record<string, unknown>[];
}

export interface RefusalFacts {
  readonly status: number;
  /** The code in the `login_failed` line. */
  readonly code: string;
  /** Userinfo calls of the attempt. Default: 0. */
  readonly userinfoCalls?: number;
}

const isCallback = ({ url }: Visit): boolean => new URL(url).pathname.endsWith('/auth-callback');

/** Opens a page as a new person, or as the one of `browser`, and follows to the end. Forgets earlier calls. */
export const attemptSignIn = async (
  world: AppWorld,
  { path = '/protected', browser = world.browser() }: { path?: string; browser?: BrowserClient } = {},
): Promise<Attempt> => {
  world.provider.forgetCalls();
  const linesBefore = world.logLines().length;
  const trail: Visit[] = [];
  const page = await browser.followAll(await browser.get(world.url + path), 20, trail);
  return { browser, page, callback: trail.find(isCallback), log: world.logLines().slice(linesBefore) };
};

/** Nobody is signed in, no cookie of a session came, the login in flight is used up, and one event says why. */
export const expectRefused = async (
  world: AppWorld,
  attempt: Attempt,
  facts: RefusalFacts,
): Promise<void> => {
  const { browser, page, callback, log } = attempt;
  const failures = log.filter(({ msg }) => msg === 'login_failed');
  expect(failures.map(({ code }) => code)).toEqual([facts.code]);
  expect(page.status).toBe(facts.status);
  expect(page.url).toBe(callback?.url);
  const given = callback?.setCookies.filter((line) => !/^[^=]+=;/.test(line));
  expect(given, 'cookies that are set and not cleared').toEqual([]);
  expect(browser.cookies.names(world.url)).toEqual([]);
  expect(await world.whoIs(browser)).toBe('401');
  expect(world.provider.calls('token').length, 'a code is sent once').toBeLessThanOrEqual(1);
  expect(world.provider.calls('userinfo')).toHaveLength(facts.userinfoCalls ?? 0);
};

/** The person landed where they wanted to be. */
export const expectSignedIn = async (
  world: AppWorld,
  attempt: Attempt,
  subject = 'user-ada',
): Promise<void> => {
  expect(attempt.log.filter(({ msg }) => msg === 'login_failed')).toEqual([]);
  expect(attempt.page.status).toBe(200);
  expect(new URL(attempt.page.url).origin).toBe(world.url);
  expect(await world.whoIs(attempt.browser)).toBe(subject);
};

/** What `/api/me` says about whoever is signed in. */
export const factsOf = async (world: AppWorld, browser: BrowserClient) => {
  const answer = await browser.fetchJson(`${world.url}/api/me`);
  expect(answer.status).toBe(200);
  return answer.json<{
    issuer: string;
    subject: string;
    scope: string[];
    permissions: string[];
    roles: string[];
    authTime: number | null;
    expiresAt: string;
    user: Record<string, unknown>;
  }>();
};
