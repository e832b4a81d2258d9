// Silent sign-in on the start page: who is known at the provider is greeted, everybody else sees the page, once asked.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { type BrowserClient, createBrowserClient, type Visit } from '../support/browser-client.ts';
import { arrive, authorizationRequest, untilCallback } from '../support/login-steps.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { oauthError } from '../support/scripted-provider/answers.ts';

let redis: TestRedis;
let world: AppWorld;
beforeAll(async () => {
  redis = await startRedis();
  world = await startAppWorld({ redis, silentSignIn: true });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await redis.stop();
});
beforeEach(async () => {
  world.provider.reset();
  await redis.flush();
});

const trips = () => world.provider.calls('authorize').length;
const tokenCalls = () => world.provider.calls('token').length;
const lines = (name: string) => world.logLines().filter(({ msg }) => msg === name);
const home = (browser: BrowserClient, path = '/') => world.signIn(browser, path);
/** Nobody is signed in at the provider. */
const knowNobody = () => {
  const known = world.provider.user;
  world.provider.bend.user = (request) => (request.get('prompt') === 'none' ? null : known);
};
const expectAnonymous = (visit: Visit, path = '/'): void => {
  expect([visit.status, visit.url]).toEqual([200, world.url + path]);
  expect(visit.body).toContain('Sign in');
  expect(visit.body).not.toContain('Ada');
  expect(visit.headers['cache-control']).toBe('no-store');
  expect(visit.headers.vary).toMatch(/cookie/i);
};

describe('somebody whom the provider knows', () => {
  it('is greeted at the address they opened, with a session like any other', async () => {
    const browser = world.browser();
    const first = await browser.get(`${world.url}/?from=a%20letter`);
    expect(first.status).toBe(302);
    const asked = authorizationRequest(first);
    expect([asked.get('prompt'), asked.get('code_challenge_method')]).toEqual(['none', 'S256']);
    const page = await browser.followAll(first);
    expect(page.url).toBe(`${world.url}/?from=a%20letter`);
    expect(page.body).toContain('Ada');
    expect(await world.whoIs(browser)).toBe('user-ada');
    expect(await redis.keys('*session:*')).toHaveLength(1);
    expect((await home(browser)).body).toContain('Ada');
    expect(trips()).toBe(1);
  });

  it('is not asked about on pages that send people to sign in anyway', async () => {
    const visit = await world.browser().get(`${world.url}/protected`);
    expect(authorizationRequest(visit).has('prompt')).toBe(false);
  });
});

describe('somebody whom the provider does not know', () => {
  it('sees the page, and is asked about once in a browser session', async () => {
    knowNobody();
    const browser = world.browser();
    const before = world.logLines().length;
    for (let visit = 0; visit < 4; visit += 1) expectAnonymous(await home(browser, '/?page=1'), '/?page=1');
    expect(trips()).toBe(1);
    const told = world.logLines().slice(before);
    expect(told.filter(({ level }) => level !== 'info')).toEqual([]);
    expect(told.filter(({ msg }) => msg === 'silent_login_declined')).toMatchObject([
      { providerError: 'login_required' },
    ]);
    expect(browser.cookies.list(world.url).map(({ key, expires }) => [key, expires])).toEqual([
      ['latchkey.silent', 'Infinity'],
    ]);
    expect(await redis.keys('*session:*')).toEqual([]);
  });

  it.each([
    ...['interaction_required', 'consent_required', 'account_selection_required', 'access_denied'],
    ...['temporarily_unavailable', 'server_error', 'invalid_scope', 'unauthorized_client', 'made_up'],
  ])('sees the page and no error when the provider says %s', async (error) => {
    world.provider.bend.authorizeResponse = (response) => {
      response.delete('code');
      response.set('error', error);
    };
    const browser = world.browser();
    expectAnonymous(await home(browser));
    expectAnonymous(await home(browser));
    expect(trips()).toBe(1);
  });

  it('sees the page when the provider fails after its yes', async () => {
    world.provider.bend.raw.token = oauthError('server_error', 500);
    const browser = world.browser();
    expectAnonymous(await home(browser));
    expect(lines('silent_login_failed').at(-1)).toMatchObject({
      level: 'warn',
      code: 'provider_unavailable',
    });
    expectAnonymous(await home(browser));
    expect(trips()).toBe(1);
  });

  it('sees the page at once when the provider cannot be reached at the start', async () => {
    await using away = await startAppWorld({
      silentSignIn: true,
      auth: { issuer: 'http://127.0.0.1:9' },
    });
    const browser = away.browser();
    const visit = await browser.get(`${away.url}/`);
    expect([visit.status, visit.location]).toEqual([200, null]);
    expect(visit.headers['retry-after']).toBeUndefined();
    expect(browser.cookies.names(away.url)).toEqual(['latchkey.silent']);
    const started = away.logLines().filter(({ msg }) => msg === 'silent_login_failed');
    expect(started).toHaveLength(1);
    expect((await browser.get(`${away.url}/`)).status).toBe(200);
  });

  it('signs in afterwards as always', async () => {
    knowNobody();
    const browser = world.browser();
    await home(browser);
    const page = await browser.followAll(await browser.get(`${world.url}/login`));
    expect(page.body).toContain('Ada');
  });
});

describe('a browser that takes no cookies', () => {
  it.each([
    ['knows', () => {}],
    ['does not know', knowNobody],
  ])('makes one trip for a page and is served it, when the provider %s the person', async (_title, given) => {
    given();
    const { cookies } = world.browser();
    const browser = createBrowserClient({ cookies: { ...cookies, set: () => false } });
    expectAnonymous(await home(browser, '/?a=1'), '/?a=1&latchkey.silent=tried');
    expectAnonymous(await home(browser, '/?a=1&latchkey.silent=tried'), '/?a=1&latchkey.silent=tried');
    expect(trips()).toBe(1);
    expect(tokenCalls()).toBe(0);
  });

  it('is served the page as well when it drops the one cookie that says so', async () => {
    const { cookies } = world.browser();
    const set: typeof cookies.set = (url, line) => line.startsWith('latchkey.tx.') && cookies.set(url, line);
    const browser = createBrowserClient({ cookies: { ...cookies, set } });
    expectAnonymous(await home(browser), '/?latchkey.silent=tried');
    expect(trips()).toBe(1);
  });
});

describe('a silent callback', () => {
  it('that comes late, or again and again, leads to the page', async () => {
    knowNobody();
    const browser = world.browser();
    const callback = await untilCallback(world, browser, '/?late=1');
    world.advance(16 * 60);
    for (let time = 0; time < 3; time += 1) {
      expectAnonymous(await browser.followAll(await arrive(world, browser, callback)), '/?late=1');
    }
    expect(lines('silent_login_failed').at(-1)).toMatchObject({ code: 'login_expired' });
    expect(trips()).toBe(1);
  });

  it('gives way to somebody who signed in meanwhile in another tab', async () => {
    const browser = world.browser();
    const silent = await untilCallback(world, browser, '/?silent=1');
    world.provider.bend.user = () => ({ sub: 'user-ben', name: 'Ben' });
    const chosen = await browser.followAll(await browser.get(`${world.url}/login?return_to=/profile`));
    expect(chosen.url).toBe(`${world.url}/profile`);
    const page = await browser.followAll(await arrive(world, browser, silent));
    expect([page.url, page.body.includes('Ben')]).toEqual([`${world.url}/?silent=1`, true]);
    expect(await world.whoIs(browser)).toBe('user-ben');
    expect(tokenCalls()).toBe(1);
  });

  it('signs nobody in again who signed out while it was under way', async () => {
    const browser = world.browser();
    const silent = await untilCallback(world, browser, '/');
    await browser.followAll(await browser.get(`${world.url}/login`));
    await browser.post(`${world.url}/logout`);
    expectAnonymous(await browser.followAll(await arrive(world, browser, silent)));
    expect(await world.whoIs(browser)).toBe('401');
    expect(tokenCalls()).toBe(1);
  });

  it('that comes twice at once sends one code', async () => {
    const browser = world.browser();
    const callback = await untilCallback(world, browser, '/');
    const copies = await Promise.all([arrive(world, browser, callback), arrive(world, browser, callback)]);
    expect(copies.map(({ status }) => status)).toEqual([303, 303]);
    expect(tokenCalls()).toBe(1);
    expect(await world.whoIs(browser)).toBe('user-ada');
  });
});
