// Logins that finish and do not last: the third automatic restart within a minute becomes a page that explains.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld, startLibraryWorld } from '../support/app-world.ts';
import {
  type BrowserClient,
  createBrowserClient,
  isRedirect,
  type Visit,
} from '../support/browser-client.ts';
import { failedLogins } from '../support/login-steps.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let redis: TestRedis;
let world: AppWorld;
beforeAll(async () => {
  redis = await startRedis();
  world = await startAppWorld({ redis, auth: { scope: 'openid profile' } });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await redis.stop();
});
beforeEach(async () => {
  world.provider.reset();
  await redis.flush();
});

const calls = (name: 'authorize' | 'token') => world.provider.calls(name).length;

/** Goes on from redirect to redirect; something is broken after each callback. */
const goRound = async (
  browser: BrowserClient,
  first: Promise<Visit>,
  breakIt: () => unknown,
): Promise<Visit> => {
  let visit = await first;
  for (let hop = 0; isRedirect(visit); hop += 1) {
    if (hop > 40) throw new Error('it goes round and round');
    if (visit.url.startsWith(`${world.url}/auth-callback`)) await breakIt();
    visit = await browser.follow(visit);
  }
  return visit;
};
const expectLoopPage = (visit: Visit): void => {
  expect(visit.status).toBe(403);
  expect(visit.body).toContain('Signing in does not last here');
  expect(visit.body).toContain('Sign in again');
  expect(visit.body).toMatch(/Reference/i);
  expect(visit.headers['cache-control']).toBe('no-store');
  expect(failedLogins(world).at(-1)).toBe('login_loop');
};
const open = (browser: BrowserClient, path = '/protected?tab=1') => browser.get(world.url + path);
const losing = (browser: BrowserClient, name: string) => () => browser.cookies.delete(world.url, name);

describe('somebody whose login does not last', () => {
  it.each([
    ['the session cookie is dropped', (browser: BrowserClient) => losing(browser, 'latchkey.sid')],
    ['the token cookie is dropped', (browser: BrowserClient) => losing(browser, 'latchkey.token')],
    ['the store loses every session', () => () => redis.flush()],
  ])('reads why after three rounds when %s', async (_title, cause) => {
    const browser = world.browser();
    const page = await goRound(browser, open(browser), cause(browser));
    expectLoopPage(page);
    expect(page.url).toBe(`${world.url}/protected?tab=1`);
    expect(calls('authorize')).toBe(3);
    expect(calls('token')).toBe(3);
  });

  it('reads why when tokens have ended before they are used', async () => {
    world.provider.bend.tokenResponse = (answer) => {
      delete answer.refresh_token;
      answer.expires_in = 1;
    };
    const browser = world.browser();
    expectLoopPage(await goRound(browser, open(browser), () => world.advance(2)));
    expect(calls('authorize')).toBe(3);
  });

  it('reads why when something on the way takes the cookies off the page’s requests alone', async () => {
    const { cookies } = world.browser();
    const header: typeof cookies.header = (url, context) =>
      new URL(url).pathname === '/protected' ? null : cookies.header(url, context);
    const browser = createBrowserClient({ cookies: { ...cookies, header } });
    const visit = await browser.followAll(await open(browser));
    expectLoopPage(visit);
    expect(calls('token')).toBe(3);
    expect(browser.cookies.names(world.url).filter((name) => name.includes('.tx.'))).toEqual([]);
  });

  it('is let in by “Sign in again” once the cause is gone, and stopped again while it is not', async () => {
    const browser = world.browser();
    const cause = losing(browser, 'latchkey.sid');
    const page = await goRound(browser, open(browser), cause);
    const href = /href="([^"]*\/login\?return_to=[^"]*)"/.exec(page.body)?.[1] ?? '';
    expectLoopPage(await goRound(browser, browser.get(world.url + href), cause));
    expect(calls('token')).toBe(6);
    const inside = await browser.followAll(await browser.get(world.url + href));
    expect(inside.status).toBe(200);
    expect(inside.url).toBe(`${world.url}/protected?tab=1`);
  });

  it('is no longer stopped in another tab once they have chosen to sign in', async () => {
    const browser = world.browser();
    await goRound(browser, open(browser), losing(browser, 'latchkey.sid'));
    await browser.get(`${world.url}/login`);
    expect((await browser.followAll(await open(browser))).status).toBe(200);
  });

  it('reads it again on a reload, without another trip, and is tried again after a minute', async () => {
    const browser = world.browser();
    await goRound(browser, open(browser), losing(browser, 'latchkey.sid'));
    expectLoopPage(await open(browser));
    expect(calls('authorize')).toBe(3);
    world.advance(61);
    expect((await browser.followAll(await open(browser))).status).toBe(200);
  });

  it('gets 401 from an API as always, and problem details with the code where a page is not wanted', async () => {
    const browser = world.browser();
    await goRound(browser, open(browser), losing(browser, 'latchkey.sid'));
    const api = await browser.fetchJson(`${world.url}/api/me`);
    expect([api.status, api.json<{ code: string }>().code]).toEqual([401, 'unauthenticated']);
  });
});

describe('a browser that keeps an old session and takes no new cookies', () => {
  const frozen = (browser: BrowserClient): BrowserClient =>
    createBrowserClient({ cookies: { ...browser.cookies, set: () => false, delete: () => {} } });

  it('ends on a page when its token cookie is missing', async () => {
    const browser = world.browser();
    await world.signIn(browser);
    browser.cookies.delete(world.url, 'latchkey.token');
    world.provider.forgetCalls();
    const visit = await frozen(browser).followAll(await frozen(browser).get(`${world.url}/protected`));
    expect(visit.status).toBe(400);
    expect(failedLogins(world).at(-1)).toBe('login_expired');
    expect(calls('authorize')).toBe(2);
  });

  it('ends on a page when a page asks for a fresher login', async () => {
    await using strict = await startLibraryWorld((app, auth) => {
      app.get('/any', auth.currentUser(), (_req, res) => void res.send('in'));
      app.get('/fresh', auth.currentUser({ maxAge: 60 }), (_req, res) => void res.send('in'));
    });
    const browser = strict.browser();
    expect((await strict.signIn(browser, '/any')).body).toBe('in');
    strict.advance(600);
    const visit = await frozen(browser).followAll(await frozen(browser).get(`${strict.url}/fresh`));
    expect([visit.status, failedLogins(strict).at(-1)]).toEqual([400, 'login_expired']);
    // The same with a working jar, and its callback once more: on to the page.
    const trail: Visit[] = [];
    const page = await browser.followAll(await browser.get(`${strict.url}/fresh`), 20, trail);
    expect(page.body).toBe('in');
    const callback = trail.find(({ url }) => url.includes('/auth-callback?'));
    const again = await browser.get(callback?.url ?? '');
    expect(again.location).toBe(`${strict.url}/fresh`);
  });
});
