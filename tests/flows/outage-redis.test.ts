// Redis goes away, hangs and comes back: nobody is signed out by it, and nobody gets in.
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { redisSessions } from '../../src/redis.ts';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import type { BrowserClient, Visit } from '../support/browser-client.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let redis: TestRedis;
let world: AppWorld;
let browser: BrowserClient;
beforeAll(async () => {
  redis = await startRedis();
  // A shorter deadline than the two seconds of the real one: the same behaviour, sooner.
  world = await startAppWorld({ auth: { sessions: redisSessions(redis.url, { commandTimeoutMs: 500 }) } });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await redis.stop();
});
beforeEach(async () => {
  world.provider.reset();
  browser = world.browser();
  await world.signIn(browser);
  expect(await world.whoIs(browser)).toBe('user-ada');
});

const until = async (what: string, isSo: () => Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 6000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`still not ${what} after 6 s`);
    await wait(40);
  }
};
const isBack = () => until('back', async () => (await world.auth.dependencies()).every(({ ok }) => ok));
const cookies = () => browser.cookies.header(world.url, 'strict');

afterEach(async () => {
  redis.resume();
  await redis.restart();
  await isBack();
});

const expectUnavailable = (visit: Visit, form: 'page' | 'json'): void => {
  expect(visit.status).toBe(503);
  expect(Number(visit.headers['retry-after'])).toBeGreaterThan(0);
  expect(visit.location).toBeNull();
  expect(visit.setCookies).toEqual([]);
  expect(visit.headers['cache-control']).toBe('no-store');
  expect(visit.body).not.toMatch(/127\.0\.0\.1|ECONNREFUSED|Redis|\.ts:/);
  if (form === 'page') {
    expect(visit.headers['content-type']).toContain('text/html');
    expect(visit.body).toContain('You have not been signed out');
  } else {
    expect(visit.json()).toMatchObject({ status: 503, code: 'store_unavailable' });
  }
};

const outages = [
  ['down', () => redis.kill({ keepData: true })],
  ['hung', async () => redis.pause()],
] as const;

describe.each(outages)('while Redis is %s', (state, breakIt) => {
  it('LG-03a: signed-in people get a 503 with the time to try again, and no login', async () => {
    const before = cookies();
    await breakIt();
    const startedAt = performance.now();
    const answers = await Promise.all([
      browser.get(`${world.url}/protected`),
      browser.get(`${world.url}/protected/permission`),
      browser.fetchJson(`${world.url}/api/me`),
      browser.fetchJson(`${world.url}/api/reports`),
    ]);
    expect(performance.now() - startedAt).toBeLessThan(1500);
    answers.forEach((answer, index) => {
      expectUnavailable(answer, index < 2 ? 'page' : 'json');
    });
    expect(cookies()).toBe(before);
    expect(world.provider.calls('authorize')).toHaveLength(1);
  });

  it('the start page is served to them as to anybody, and keeps their cookies', async () => {
    const before = cookies();
    await breakIt();
    const page = await browser.get(`${world.url}/`);
    expect([page.status, page.setCookies]).toEqual([200, []]);
    expect(page.body).not.toContain('Ada Lovelace');
    expect(cookies()).toBe(before);
  });

  it('visitors without cookies are still sent to log in, scripts still get 401', async () => {
    await breakIt();
    const visitor = world.browser();
    expect((await visitor.get(`${world.url}/protected`)).location).toContain('/authorize?');
    expect((await visitor.fetchJson(`${world.url}/api/me`)).status).toBe(401);
  });

  it('a bad Authorization header is 401 and a forged token is not let in', async () => {
    await breakIt();
    const headers = { authorization: 'Bearer x' };
    expect((await browser.fetchJson(`${world.url}/`, { headers })).status).toBe(401);
    browser.cookies.set(world.url, 'latchkey.token=forged; Path=/');
    expect((await browser.fetchJson(`${world.url}/api/me`)).status).toBe(401);
  });

  it('signing out is refused rather than pretended, and works afterwards', async () => {
    const before = cookies();
    await breakIt();
    expectUnavailable(await browser.post(`${world.url}/logout`), 'page');
    expect(cookies()).toBe(before);
    expect(world.provider.calls('revocation')).toEqual([]);
    expect(world.logText()).toContain('store_failed');
  });

  it('a login that ends now is not lost: the same callback works once Redis is back', async () => {
    const visitor = world.browser();
    const away = await visitor.follow(await visitor.get(`${world.url}/protected?a=1`));
    await breakIt();
    const failed = await visitor.follow(away);
    expectUnavailable(failed, 'page');
    expect(world.provider.calls('token')).toHaveLength(1);
    redis.resume();
    await redis.restart();
    await isBack();
    const page = await visitor.followAll(await visitor.get(failed.url));
    expect([page.status, page.url]).toEqual([200, `${world.url}/protected?a=1`]);
  });

  it('LG-03a: once it is back the same session works, without a restart and without a login', async () => {
    await breakIt();
    expect((await browser.get(`${world.url}/protected`)).status).toBe(503);
    redis.resume();
    if (state === 'down') await redis.restart();
    await until('signed in', async () => (await browser.get(`${world.url}/protected`)).status === 200);
    expect(await world.whoIs(browser)).toBe('user-ada');
    expect(world.provider.calls('authorize')).toHaveLength(1);
  });

  it('/readyz names Redis as what is missing, and /healthz says that the process lives', async () => {
    await breakIt();
    const ready = await world.browser().fetchJson(`${world.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(ready.headers['retry-after']).toBe('5');
    expect(ready.json()).toMatchObject({
      status: 'not ready',
      dependencies: [
        { name: 'sessions (redis)', ok: false },
        { name: 'provider', ok: true },
      ],
    });
    expect(ready.body).not.toMatch(/127\.0\.0\.1|ECONNREFUSED/);
    expect((await world.browser().fetchJson(`${world.url}/healthz`)).status).toBe(200);
  });
});

it('a Redis that has lost its data signs people out, and lets them in again', async () => {
  await redis.kill();
  await redis.restart();
  await isBack();
  expect(await world.whoIs(browser)).toBe('401');
  expect((await world.signIn(browser)).status).toBe(200);
});

it('an app that starts while Redis is down serves what needs none, and recovers', async () => {
  await redis.kill();
  await using late = await startAppWorld({ redis });
  const visitor = late.browser();
  expect((await visitor.get(`${late.url}/`)).status).toBe(200);
  const callback = await late.signIn(visitor);
  expect([callback.status, callback.headers['retry-after']]).toEqual([503, '5']);
  await redis.restart();
  await until('back', async () => (await late.auth.dependencies()).every(({ ok }) => ok));
  expect((await late.signIn(visitor)).status).toBe(200);
});
