// A real Chromium with ten tabs of one person: each login ends on its own page.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { type DemoApp, startDemoApp } from '../support/demo-app.ts';

let browser: Browser;
let app: DemoApp;
let context: BrowserContext;
beforeAll(async () => {
  [browser, app] = await Promise.all([launchChromium(), startDemoApp()]);
});
afterAll(async () => {
  await Promise.all([browser.close(), app[Symbol.asyncDispose]()]);
});
beforeEach(async () => {
  context = await browser.newContext();
});
afterEach(() => context.close());

const paths = Array.from({ length: 10 }, (_, tab) => `/protected?tab=${tab}`);
const openAll = (wanted: readonly string[]): Promise<Page[]> =>
  Promise.all(
    wanted.map(async (path) => {
      const tab = await context.newPage();
      await tab.goto(app.url + path);
      return tab;
    }),
  );
const fillIn = async (of: Page): Promise<void> => {
  await of.fill('input[name=login]', 'ada');
  await of.fill('input[name=password]', 'ada');
};
const expectPages = async (tabs: readonly Page[], wanted: readonly string[]): Promise<void> => {
  expect(tabs.map((tab) => tab.url())).toEqual(wanted.map((path) => app.url + path));
  const headings = await Promise.all(tabs.map((tab) => tab.locator('h1').innerText()));
  expect(headings).toEqual(wanted.map(() => 'Your page'));
};

it('A7: ten tabs that were all waiting at the login end on their own pages', async () => {
  const tabs = await openAll(paths);
  const [first, ...others] = tabs;
  if (first === undefined) throw new Error('there are no tabs');
  await fillIn(first);
  await first.click('main button[type=submit]');
  // The others are opened again, as people do when they find the first one signed in.
  await Promise.all(others.map((tab, index) => tab.goto(app.url + paths[index + 1])));
  await expectPages(tabs, paths);
});

it('A7: ten tabs opened at once, by somebody the provider knows, end on their own pages', async () => {
  const page = await context.newPage();
  await page.goto(`${app.url}/protected`);
  await fillIn(page);
  await page.click('main button[type=submit]');
  await context.clearCookies({ domain: 'localhost' });
  const tabs = await openAll(paths);
  await expectPages(tabs, paths);
});
