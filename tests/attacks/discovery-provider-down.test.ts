// The provider goes away: people who are signed in stay so until their token ends, and then nobody is let in.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { arrive, expectRefused, sessionCookiesSet, untilCallback } from '../support/login-steps.ts';

let world: AppWorld;
beforeAll(async () => {
  world = await startAppWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

it('TE-18: serves a signed-in person while the provider is down, and asks it nothing', async () => {
  const browser = world.browser();
  await world.signIn(browser);
  await world.provider.goDown();
  for (const path of ['/', '/protected', '/protected/permission', '/profile', '/api/me']) {
    expect((await browser.get(world.url + path)).status).toBe(200);
  }
  await world.provider.comeBack();
});

it('TE-18: lets nobody in any more once the token has ended, and says so on a page', async () => {
  const browser = world.browser();
  await world.signIn(browser);
  await world.provider.goDown();
  world.advance(3590);
  expect(await world.whoIs(browser)).toBe('user-ada');
  world.advance(11);
  expect(await world.whoIs(browser)).toBe('503');
  const page = await browser.get(`${world.url}/protected`);
  expect(page.status).toBe(503);
  expect(page.body).not.toContain('Ada');
  expect(sessionCookiesSet(page)).toEqual([]);
  await world.provider.comeBack();
  // The same session goes on once the provider has been given a moment.
  await expect.poll(() => world.whoIs(browser), { timeout: 4000 }).toBe('user-ada');
});

it('TE-18: a callback while the provider is down is 503 with a next step, and signs nobody in', async () => {
  const browser = world.browser();
  const callback = await untilCallback(world, browser);
  world.provider.forgetCalls();
  await world.provider.goDown();
  const visit = await arrive(world, browser, callback);
  expect(visit.headers['retry-after']).toMatch(/^\d+$/);
  expect(visit.body).toContain('Try again');
  await expectRefused(world, browser, visit, { status: 503, code: 'provider_unavailable' });
  await world.provider.comeBack();
});

it('TE-18: an app that starts while the provider is down serves open pages, answers 503 to a login, and recovers', async () => {
  await using late = await startAppWorld();
  await late.provider.goDown();
  const browser = late.browser();
  expect((await browser.get(late.url)).status).toBe(200);
  const refused = await browser.get(`${late.url}/protected`);
  expect(refused.status).toBe(503);
  expect(refused.headers['retry-after']).toMatch(/^\d+$/);
  expect(refused.setCookies).toEqual([]);
  const ready = await browser.fetchJson(`${late.url}/readyz`);
  expect(ready.status).toBe(503);
  expect(ready.body).toContain('provider');
  expect((await browser.fetchJson(`${late.url}/healthz`)).status).toBe(200);
  await late.provider.comeBack();
  late.advance(11);
  expect((await late.signIn(browser)).status).toBe(200);
});
