// A callback that is not the answer to this browser's login: no code leaves for the provider, nobody is signed in.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import {
  arrive,
  authorizationRequest,
  expectRefused,
  failedLogins,
  openLogin,
  sessionCookiesSet,
  untilCallback,
  withParameters,
} from '../support/login-steps.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { testUser } from '../support/scripted-provider.ts';

let redis: TestRedis;
let world: AppWorld;
beforeAll(async () => {
  redis = await startRedis();
  world = await startAppWorld({ redis });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await redis.stop();
});
let failedBefore = 0;
beforeEach(async () => {
  failedBefore = failedLogins(world).length;
  world.provider.reset();
  await redis.flush();
});

const otherLogin = async (): Promise<string> =>
  authorizationRequest(await openLogin(world, world.browser())).get('state') ?? '';

const flipped = (state: string): string =>
  `${state.slice(0, -8)}${state.at(-8) === 'A' ? 'B' : 'A'}${state.slice(-7)}`;

const badStates: readonly (readonly [string, string, (callback: URL) => URL | Promise<URL>])[] = [
  ['AZ-05a', 'without a state', (url) => withParameters(url, { state: null })],
  ['AZ-05a', 'with an empty state', (url) => withParameters(url, { state: '' })],
  ['AZ-05b', 'with a state made up by somebody', (url) => withParameters(url, { state: 'x'.repeat(43) })],
  [
    'AZ-05b',
    'with one character of the state changed',
    (url) => withParameters(url, { state: flipped(url.searchParams.get('state') ?? '') }),
  ],
  [
    'AZ-05b',
    'with a state cut short',
    (url) => withParameters(url, { state: (url.searchParams.get('state') ?? '').slice(0, 40) }),
  ],
  [
    'AZ-05b',
    'with a state of 10,000 characters',
    (url) => withParameters(url, { state: 'A'.repeat(10_000) }),
  ],
  [
    'AZ-05c',
    'with the state twice',
    (url) => new URL(`${url.href}&state=${encodeURIComponent(url.searchParams.get('state') ?? '')}`),
  ],
  ['AZ-05c', 'with the right state and then another one', (url) => new URL(`${url.href}&state=another`)],
  ['AZ-05c', 'with the state as a list', (url) => new URL(url.href.replace(/([?&])state=/, '$1state[]='))],
  ['AZ-14a', 'with the code twice', (url) => new URL(`${url.href}&code=another`)],
  ['AZ-14a', 'with the code as a list', (url) => new URL(url.href.replace(/([?&])code=/, '$1code[]='))],
  ['AZ-14a', 'with the code as a member', (url) => new URL(url.href.replace(/([?&])code=/, '$1code[x]='))],
  ['AZ-14a', 'with the issuer twice', (url) => new URL(`${url.href}&iss=https://evil.example`)],
  ['AZ-14a', 'with an unknown parameter twice', (url) => new URL(`${url.href}&foo=1&foo=2`)],
  ['AZ-14b', 'with an empty code', (url) => withParameters(url, { code: '' })],
  ['AZ-14b', 'without a code', (url) => withParameters(url, { code: null })],
  ['AZ-12b', 'with an error beside the code', (url) => withParameters(url, { error: 'access_denied' })],
  ['AZ-12b', 'with an empty error beside the code', (url) => withParameters(url, { error: '' })],
];

it.each(badStates)('%s: refuses a callback %s', async (_id, _title, change) => {
  const browser = world.browser();
  const callback = await untilCallback(world, browser);
  const visit = await arrive(world, browser, await change(callback));
  await expectRefused(world, browser, visit, { status: 400, code: 'callback_malformed' });
  expect(visit.body).toContain('Sign in again');
  expect(await redis.keys()).toEqual([]);
});

it('AZ-05b: refuses the state of another login of the same browser for this code', async () => {
  const browser = world.browser();
  const second = await openLogin(world, browser, '/profile');
  const callback = await untilCallback(world, browser);
  const state = authorizationRequest(second).get('state');
  const visit = await arrive(world, browser, withParameters(callback, { state }));
  // The state is one of this browser, so the code is tried, and PKCE and the provider refuse it.
  await expectRefused(world, browser, visit, { status: 400, code: 'login_expired', tokenCalls: 1 });
  expect(await redis.keys('*session*')).toEqual([]);
});

it('AZ-05b: refuses another visitor’s state, with the victim’s own login in flight', async () => {
  const browser = world.browser();
  const callback = await untilCallback(world, browser);
  const visit = await arrive(world, browser, withParameters(callback, { state: await otherLogin() }));
  // That login never was in this browser: it begins anew, and the code that came goes nowhere.
  expect(new URL(visit.location ?? '').origin).toBe(world.provider.origin);
  expect(world.provider.calls('token')).toEqual([]);
  expect(sessionCookiesSet(visit)).toEqual([]);
  expect(await world.whoIs(browser)).toBe('401');
});

it('AZ-06a: a callback link of an attacker does not sign the victim in as the attacker', async () => {
  world.provider.user = { ...testUser, sub: 'user-mallory' };
  const link = await untilCallback(world, world.browser(), '/profile');
  world.provider.user = testUser;

  const victim = world.browser();
  const visit = await victim.get(link.href, { from: 'https://evil.example/' });
  expect(visit.status).toBe(302);
  expect(sessionCookiesSet(visit)).toEqual([]);
  expect(world.provider.calls('token')).toEqual([]);
  expect(await redis.keys()).toEqual([]);
  const end = await victim.followAll(visit);
  expect(end.status).toBe(200);
  expect(await world.whoIs(victim)).toBe('user-ada');
});

it('AZ-06b: a callback link of an attacker leaves a signed-in victim who they are', async () => {
  const victim = world.browser();
  await world.signIn(victim);
  world.provider.user = { ...testUser, sub: 'user-mallory' };
  const link = await untilCallback(world, world.browser(), '/profile');
  world.provider.forgetCalls();

  const visit = await victim.get(link.href, { from: 'https://evil.example/' });
  expect(visit.status).toBe(303);
  expect(visit.location).toBe(`${world.url}/profile`);
  expect(visit.setCookies).toEqual([]);
  expect(world.provider.calls('token')).toEqual([]);
  expect(await world.whoIs(victim)).toBe('user-ada');
});

it('AZ-06b: a callback link of an attacker leaves the login in flight of the victim as it is', async () => {
  world.provider.user = { ...testUser, sub: 'user-mallory' };
  const link = await untilCallback(world, world.browser(), '/profile');
  world.provider.user = testUser;
  const victim = world.browser();
  const own = await untilCallback(world, victim);

  await victim.get(link.href, { from: 'https://evil.example/' });
  expect(world.provider.calls('token')).toEqual([]);
  const end = await victim.followAll(await arrive(world, victim, own));
  expect(end.url).toBe(`${world.url}/protected`);
  expect(await world.whoIs(victim)).toBe('user-ada');
});

it('AZ-06b: a transaction cookie of the attacker under the name of the victim’s does not open', async () => {
  const attacker = world.browser();
  await openLogin(world, attacker);
  const victim = world.browser();
  const callback = await untilCallback(world, victim);
  const [planted] = attacker.cookies.list(world.url);
  const [own] = victim.cookies.list(world.url);
  victim.cookies.set(world.url, `${own?.key}=${planted?.value}; Path=/`);
  const visit = await arrive(world, victim, callback);
  // As if the cookie were not there: the login begins anew.
  expect(visit.status).toBe(302);
  expect(world.provider.calls('token')).toEqual([]);
  expect(failedLogins(world)).toHaveLength(failedBefore);
});
