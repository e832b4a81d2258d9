// What an attacker can make of logins that begin by themselves: of silent sign-in, and of the cookie that counts rounds.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import type { BrowserClient, Visit } from '../support/browser-client.ts';
import { arrive, sessionCookiesSet, untilCallback, withParameters } from '../support/login-steps.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

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

const calls = (name: 'authorize' | 'token') => world.provider.calls(name).length;
const cookieName = 'latchkey.rounds';

/** The page, nobody signed in, nothing sent to the provider, nothing kept. */
const expectNothing = async (browser: BrowserClient, visit: Visit): Promise<void> => {
  const page = await browser.followAll(visit);
  expect([page.status, new URL(page.url).origin]).toEqual([200, world.url]);
  expect(sessionCookiesSet(visit)).toEqual([]);
  expect(await world.whoIs(browser)).toBe('401');
  expect(await redis.keys('*session:*')).toEqual([]);
};

describe('silent sign-in', () => {
  it('AZ-12c: login_required after prompt=none is the anonymous page, without a token call and without a loop', async () => {
    world.provider.bend.user = () => null;
    const browser = world.browser();
    await expectNothing(browser, await browser.get(`${world.url}/`));
    await expectNothing(browser, await browser.get(`${world.url}/`));
    expect([calls('authorize'), calls('token')]).toEqual([1, 0]);
  });

  it('AZ-06a: an attacker’s silent callback signs nobody else in, and begins no login', async () => {
    const callback = await untilCallback(world, world.browser(), '/');
    const victim = world.browser();
    await expectNothing(victim, await arrive(world, victim, callback));
    expect([calls('authorize'), calls('token')]).toEqual([1, 0]);
  });

  it('AZ-06b: it does not take a victim out of their own session either', async () => {
    const callback = await untilCallback(world, world.browser(), '/');
    const victim = world.browser();
    world.provider.bend.user = () => ({ sub: 'user-grace', name: 'Grace' });
    await world.signIn(victim);
    const visit = await arrive(world, victim, callback);
    expect([visit.status, visit.location]).toEqual([303, `${world.url}/?latchkey.silent=tried`]);
    expect(sessionCookiesSet(visit)).toEqual([]);
    expect(await world.whoIs(victim)).toBe('user-grace');
  });

  it.each<[string, Record<string, string | null>]>([
    ['AZ-10a: another issuer', { iss: 'https://evil.example' }],
    ['AZ-12b: a code beside an error', { error: 'login_required' }],
    ['AZ-05b: a state that was changed', { state: 'AT8fQhcrdX34' }],
  ])('%s is refused as always', async (_title, changes) => {
    const browser = world.browser();
    const callback = await untilCallback(world, browser, '/');
    const visit = await arrive(world, browser, withParameters(callback, changes));
    expect([303, 400]).toContain(visit.status);
    expect(sessionCookiesSet(visit)).toEqual([]);
    expect(calls('token')).toBe(0);
    expect(await world.whoIs(browser)).toBe('401');
  });

  it.each([
    ['ID-04: an ID token for somebody else’s client', { aud: 'another-client' }],
    ['OR-02: an ID token of another login', { nonce: 'x' }],
  ])('%s signs nobody in', async (_title, wrong) => {
    world.provider.bend.idTokenClaims = (claims) => void Object.assign(claims, wrong);
    const browser = world.browser();
    await expectNothing(browser, await browser.get(`${world.url}/`));
    const failure = world.logLines().findLast(({ msg }) => msg === 'silent_login_failed');
    expect(failure).toMatchObject({ level: 'warn', code: 'id_token_invalid' });
  });

  it.each(['image', 'iframe', 'script'])('AZ-23: an %s on another site starts none', async (dest) => {
    const browser = world.browser();
    const visit = await browser.embed(`${world.url}/`, dest, { from: 'http://evil.example/' });
    expect([visit.status, visit.setCookies, calls('authorize')]).toEqual([200, [], 0]);
  });

  it('AZ-13b: words of the provider are shown to nobody', async () => {
    const browser = world.browser();
    const callback = await untilCallback(world, browser, '/');
    const words = { code: null, error: 'login_required', error_description: 'Call 555-0100 to unlock' };
    const page = await browser.followAll(await arrive(world, browser, withParameters(callback, words)));
    expect([page.status, page.body.includes('555-0100')]).toEqual([200, false]);
  });

  it('SE-02: two hundred visits that are given up leave nothing in the store', async () => {
    for (let visit = 0; visit < 200; visit += 1) await world.browser().get(`${world.url}/`);
    expect(await redis.keys()).toEqual([]);
  });
});

describe('the cookie that counts rounds', () => {
  /** A cookie that says three rounds, from a browser that loses its sessions. */
  const exhausted = async (): Promise<string> => {
    const browser = world.browser();
    for (let round = 0; round < 3; round += 1) {
      await world.signIn(browser);
      await redis.flush();
    }
    world.provider.forgetCalls();
    return browser.cookies.value(world.url, cookieName) ?? '';
  };

  it('planted in another browser can at worst show a page, for a minute, from which signing in works', async () => {
    const value = await exhausted();
    const victim = world.browser();
    victim.cookies.set(world.url, `${cookieName}=${value}; Path=/`);
    const stopped = await victim.get(`${world.url}/protected`);
    expect([stopped.status, stopped.body.includes('Sign in again')]).toEqual([403, true]);
    expect((await victim.followAll(await victim.get(`${world.url}/login`))).status).toBe(200);
    expect(await world.whoIs(victim)).toBe('user-ada');

    const later = world.browser();
    later.cookies.set(world.url, `${cookieName}=${value}; Path=/`);
    world.advance(61);
    expect((await world.signIn(later)).status).toBe(200);
  });

  it('changes nothing for somebody who is signed in', async () => {
    const value = await exhausted();
    const victim = world.browser();
    await world.signIn(victim);
    victim.cookies.set(world.url, `${cookieName}=${value}; Path=/`);
    expect((await victim.get(`${world.url}/protected`)).status).toBe(200);
    expect(await world.whoIs(victim)).toBe('user-ada');
  });

  it('a login cookie pasted in its place, and the other way round, opens nothing', async () => {
    const value = await exhausted();
    const victim = world.browser();
    const callback = await untilCallback(world, victim);
    const login = victim.cookies.list(world.url).find(({ key }) => key.startsWith('latchkey.tx.'));
    victim.cookies.set(world.url, `${login?.key}=${value}; Path=/`);
    victim.cookies.set(world.url, `${cookieName}=${login?.value}; Path=/`);
    const visit = await arrive(world, victim, callback);
    expect([visit.status, sessionCookiesSet(visit), calls('token')]).toEqual([302, [], 0]);
  });
});
