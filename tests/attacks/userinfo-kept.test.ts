// What is kept about a person breaks, disappears or grows old in Redis: nobody gets in by it, and nothing leaks.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { sessionCookiesSet } from '../support/login-steps.ts';
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
beforeEach(async () => {
  world.provider.reset();
  await redis.flush();
});

const signedIn = async () => {
  const browser = world.browser();
  await world.signIn(browser);
  const [key = ''] = await redis.keys('*session:*');
  return { browser, key, value: String(await redis.send('GET', key)) };
};

const corrupt: readonly (readonly [string, (value: string) => string])[] = [
  ['is empty', () => ''],
  ['is garbage', () => '\u0000\u0001garbage'],
  ['is cut short', (value) => value.slice(0, -20)],
  ['has no stamp', (value) => value.slice(13)],
  ['has a stamp that is no number', (value) => `notanumber!!!${value.slice(13)}`],
  ['is null', (value) => `${value.slice(0, 13)}null`],
  ['is a list', (value) => `${value.slice(0, 13)}[]`],
  ['has no part of ours', (value) => `${value.slice(0, 13)}{"cookie":{}}`],
  ['has an empty part of ours', (value) => `${value.slice(0, 13)}{"cookie":{},"latchkey":{}}`],
  ['is of another version', (value) => value.replace('"v":1', '"v":2')],
  [
    'has permissions as a text',
    (value) => value.replace(/"permissions":\[[^\]]*\]/, '"permissions":"admin"'),
  ],
  ['has a subject that is no text', (value) => value.replace('"subject":"user-ada"', '"subject":null')],
  ['has no token digest', (value) => value.replace(/"tokenHash":"[^"]*"/, '"tokenHash":""')],
  ['has no end', (value) => value.replace(/"tokenExpiresAt":\d+/, '"tokenExpiresAt":null')],
];

it.each(corrupt)('UI-07a: a session record that %s lets nobody in', async (_title, change) => {
  const { browser, key, value } = await signedIn();
  expect(change(value)).not.toBe(value);
  await redis.send('SET', key, change(value));
  expect(await world.whoIs(browser)).toBe('401');
  const page = await browser.get(`${world.url}/protected`);
  expect(page.status).toBe(302);
  expect(page.location).toContain(world.provider.issuer);
  expect((await browser.get(world.url)).body).not.toContain('Ada');
  // And the person can sign in again over it.
  expect((await browser.followAll(page)).status).toBe(200);
  expect(await world.whoIs(browser)).toBe('user-ada');
});

it('UI-07a: a session key of another kind lets nobody in and shows no internals', async () => {
  const { browser, key } = await signedIn();
  await redis.send('DEL', key);
  await redis.send('LPUSH', key, 'x');
  const page = await browser.get(`${world.url}/protected`);
  expect([302, 503]).toContain(page.status);
  expect(page.body).not.toMatch(/WRONGTYPE|at .*\.(?:js|ts):\d+/);
  expect(sessionCookiesSet(page)).toEqual([]);
});

it.each([
  ['is garbage', () => 'garbage'],
  ['is that of another session', (other: string) => other],
])('UI-07a: a vault that %s does not keep anybody from signing out', async (_title, change) => {
  const { browser } = await signedIn();
  const [key = ''] = await redis.keys('*vault:*');
  await world.signIn(world.browser());
  const other = (await redis.keys('*vault:*')).find((name) => name !== key) ?? '';
  await redis.send('SET', key, change(String(await redis.send('GET', other))));
  const out = await browser.post(`${world.url}/logout`);
  expect(out.status).toBe(303);
  expect(await world.whoIs(browser)).toBe('401');
  // Tokens of somebody else's session are not revoked by it.
  expect(world.provider.calls('revocation')).toEqual([]);
});

it('UI-07c: a permission taken away at the provider is gone when the token has ended', async () => {
  world.provider.refreshTokens = 'never';
  const { browser } = await signedIn();
  const page = `${world.url}/protected/permission`;
  expect((await browser.get(page)).status).toBe(200);
  world.provider.user = { ...testUser, permissions: [] };
  expect((await browser.get(page)).status).toBe(200);
  world.advance(3601);
  const end = await browser.followAll(await browser.get(page));
  expect(end.url).toBe(page);
  expect(end.status).toBe(403);
  expect(await world.whoIs(browser)).toBe('user-ada');
});

// Last in this file: it takes the server away.
it('UI-07b: pages of signed-in people are 503 with Retry-After, open pages are served, and all is well after', async () => {
  const { browser } = await signedIn();
  const before = browser.cookies.header(world.url, 'strict');
  await redis.kill({ keepData: true });
  for (const path of ['/protected', '/profile', '/api/me']) {
    const visit = await browser.get(world.url + path);
    expect(visit.status).toBe(503);
    expect(visit.headers['retry-after']).toMatch(/^\d+$/);
    expect(visit.location).toBeNull();
    expect(visit.setCookies).toEqual([]);
    expect(visit.body).not.toMatch(/ECONN|redis|at .*\.(?:js|ts):\d+/i);
  }
  const home = await browser.get(world.url);
  expect(home.status).toBe(200);
  expect(home.body).not.toContain('Ada');
  expect(browser.cookies.header(world.url, 'strict')).toBe(before);

  await redis.restart();
  await expect.poll(() => world.whoIs(browser), { timeout: 8000, interval: 50 }).toBe('user-ada');
});
