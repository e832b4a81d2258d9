// Logins that are begun and never finished: the browser's cookies stay few and small, and the server keeps nothing.

import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import type { BrowserClient } from '../support/browser-client.ts';
import { arrive, openLogin, untilCallback } from '../support/login-steps.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { cookieHeader } from '../support/refresh-world.ts';

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
beforeEach(() => world.provider.reset());

const flights = (browser: BrowserClient): readonly string[] =>
  browser.cookies.names(world.url).filter((name) => name.startsWith('latchkey.tx.'));
const cookieBytes = (browser: BrowserClient): number =>
  Buffer.byteLength(browser.cookies.header(world.url, 'strict') ?? '');

it('AZ-09: 200 pages opened without signing in leave five small cookies and no key, and the next login works', async () => {
  const browser = world.browser();
  for (let count = 0; count < 200; count += 1) {
    const visit = await openLogin(world, browser, `/protected?page=${count}`);
    expect(visit.status).toBe(302);
  }
  expect(flights(browser).length).toBeLessThanOrEqual(5);
  expect(cookieBytes(browser)).toBeLessThan(8192);
  expect(await redis.keys()).toEqual([]);
  expect((await world.signIn(browser)).status).toBe(200);
  expect(await world.whoIs(browser)).toBe('user-ada');
});

it('AZ-09: logins for the longest addresses do not fill the request header of the browser', async () => {
  const browser = world.browser();
  const path = `/protected?q=${'x'.repeat(2000)}`;
  for (let count = 0; count < 10; count += 1) {
    const visit = await openLogin(world, browser, path);
    expect(visit.status).toBe(302);
    expect(cookieBytes(browser)).toBeLessThan(8192);
  }
  const page = await world.signIn(browser, path);
  expect(page.url).toBe(world.url + path);
  expect(await world.whoIs(browser)).toBe('user-ada');
});

it('AZ-09: an address that grows when it is encoded does not keep anybody from signing in', async () => {
  const browser = world.browser();
  const returnTo = encodeURIComponent(`/protected?q=${'é'.repeat(900)}`);
  const page = await world.signIn(browser, `/login?return_to=${returnTo}`);
  expect(page.status).toBe(200);
  expect(await world.whoIs(browser)).toBe('user-ada');
});

it('AZ-09: the login that was begun last survives a flood of others', async () => {
  const browser = world.browser();
  for (let count = 0; count < 20; count += 1) await openLogin(world, browser);
  const callback = await untilCallback(world, browser, '/profile');
  const done = await arrive(world, browser, callback);
  expect(done.location).toBe(`${world.url}/profile`);
  expect(flights(browser).length).toBeLessThanOrEqual(4);
});

it('AZ-09: cookies of our name that somebody planted are cleared, and do not push out real logins', async () => {
  const browser = world.browser();
  const callback = await untilCallback(world, browser);
  for (let count = 0; count < 8; count += 1) {
    browser.cookies.set(world.url, `latchkey.tx.planted${count}=${'A'.repeat(400)}; Path=/`);
  }
  await openLogin(world, browser, '/profile');
  expect(flights(browser)).toHaveLength(2);
  const end = await browser.followAll(await arrive(world, browser, callback));
  expect(end.url).toBe(`${world.url}/protected`);
});

it('AZ-09: 20 guarded requests at once from a browser whose session has expired begin one login, not twenty', async () => {
  const browser = world.browser();
  await world.signIn(browser);
  await redis.flush();
  const urls = Array.from({ length: 20 }, (_, index) => `${world.url}/profile?part=${index}`);
  const [page, ...parts] = await Promise.all(
    urls.map((url, index) => {
      if (index === 0) return browser.get(url);
      if (index % 3 === 0) return browser.embed(url, 'image');
      return index % 3 === 1 ? browser.embed(url, 'iframe') : browser.fetchJson(url);
    }),
  );
  expect(page?.status).toBe(302);
  expect(parts.map(({ status, location }) => [status, location])).toEqual(parts.map(() => [401, null]));
  expect(flights(browser)).toHaveLength(1);
});

it('AZ-09: 20 tabs that are restored at once all come to their page, and leave no cookie of a login behind', async () => {
  const browser = world.browser();
  await world.signIn(browser);
  await redis.flush();
  const urls = Array.from({ length: 20 }, (_, index) => `${world.url}/protected?tab=${index}`);
  const pages = await Promise.all(urls.map(async (url) => browser.followAll(await browser.get(url))));
  expect(pages.map(({ status, url }) => [status, url])).toEqual(urls.map((url) => [200, url]));
  expect(flights(browser)).toEqual([]);
});

it('AZ-09: 20 tabs that are restored at once and left alone are five logins again at the second page after', async () => {
  const browser = world.browser();
  await Promise.all(
    Array.from({ length: 20 }, (_, tab) => openLogin(world, browser, `/protected?tab=${tab}`)),
  );
  // What a proxy commonly takes as a Cookie header is 8 KB.
  expect(cookieHeader(world, browser).length).toBeLessThan(7600);
  for (let visit = 0; visit < 2; visit += 1) await openLogin(world, browser);
  expect(flights(browser).length).toBeLessThanOrEqual(5);
});
