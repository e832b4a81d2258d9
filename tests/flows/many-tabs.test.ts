// One person with many tabs: each login ends on its own page, in whatever order they finish.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { arrive, untilCallback } from '../support/login-steps.ts';

let world: AppWorld;
beforeAll(async () => {
  world = await startAppWorld();
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.provider.reset());

const tabs = (count: number): string[] => Array.from({ length: count }, (_, tab) => `/protected?tab=${tab}`);

it.each([
  ['in the order they began', (index: number) => index],
  ['in the other order', (index: number) => -index],
  ['in a mixed order', (index: number) => (index * 7) % 10],
])('AZ-08a: ten tabs that finish %s each end on their own page', async (_title, rank) => {
  const browser = world.browser();
  const open: { path: string; callback: URL; rank: number }[] = [];
  for (const [index, path] of tabs(10).entries()) {
    open.push({ path, callback: await untilCallback(world, browser, path), rank: rank(index) });
    // Tabs that begin in the same millisecond have no order.
    world.advance(1);
  }
  for (const { path, callback } of open.sort((a, b) => a.rank - b.rank)) {
    const page = await browser.followAll(await arrive(world, browser, callback));
    expect(page.status).toBe(200);
    expect(page.url).toBe(world.url + path);
  }
  expect(await world.whoIs(browser)).toBe('user-ada');
});

it('AZ-08a: ten tabs that finish at the same time each end on their own page', async () => {
  const browser = world.browser();
  const open: { path: string; callback: URL }[] = [];
  for (const path of tabs(10)) open.push({ path, callback: await untilCallback(world, browser, path) });
  const pages = await Promise.all(
    open.map(async ({ callback }) => browser.followAll(await arrive(world, browser, callback))),
  );
  expect(pages.map(({ status }) => status)).toEqual(tabs(10).map(() => 200));
  expect(pages.map(({ url }) => url)).toEqual(tabs(10).map((path) => world.url + path));
  expect(await world.whoIs(browser)).toBe('user-ada');
});

it('AZ-08a: ten tabs that are opened at the same time each end on their own page', async () => {
  const browser = world.browser();
  const pages = await Promise.all(tabs(10).map((path) => world.signIn(browser, path)));
  expect(pages.map(({ url }) => url)).toEqual(tabs(10).map((path) => world.url + path));
  expect(await world.whoIs(browser)).toBe('user-ada');
});

it('AZ-08a: a provider that answers the oldest request of the browser first still gets everybody to a page', async () => {
  const browser = world.browser();
  const first = await untilCallback(world, browser, '/protected?tab=first');
  await untilCallback(world, browser, '/protected?tab=second');
  // The person finishes the second tab, and the provider sends the answer of the first.
  const page = await browser.followAll(await arrive(world, browser, first));
  expect(page.url).toBe(`${world.url}/protected?tab=first`);
  expect(await world.whoIs(browser)).toBe('user-ada');
});

it('AZ-08a: a refusal in one tab does not disturb the others', async () => {
  const browser = world.browser();
  const refused = await untilCallback(world, browser, '/protected?tab=refused');
  const good = await untilCallback(world, browser, '/protected?tab=good');
  refused.searchParams.delete('code');
  refused.searchParams.set('error', 'access_denied');
  expect((await arrive(world, browser, refused)).status).toBe(403);
  const page = await browser.followAll(await arrive(world, browser, good));
  expect(page.url).toBe(`${world.url}/protected?tab=good`);
});
