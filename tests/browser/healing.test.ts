// A real Chromium does what people do during a login: back and forward, reload, double click, a late answer.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { axeFindings, launchChromium } from '../support/chromium.ts';
import { startFilteredApp } from '../support/cookie-filter.ts';
import { type DemoApp, startDemoApp } from '../support/demo-app.ts';

let browser: Browser;
let app: DemoApp;
let context: BrowserContext;
let page: Page;
beforeAll(async () => {
  [browser, app] = await Promise.all([launchChromium(), startDemoApp()]);
});
afterAll(async () => {
  await Promise.all([browser.close(), app[Symbol.asyncDispose]()]);
});
beforeEach(async () => {
  context = await browser.newContext();
  page = await context.newPage();
});
afterEach(() => context.close());

const heading = (of = page) => of.locator('h1').innerText();
const fillIn = async (of: Page): Promise<void> => {
  await of.fill('input[name=login]', 'ada');
  await of.fill('input[name=password]', 'ada');
};
/** The callbacks that pages of this person open, in order. */
const watchCallbacks = (): readonly string[] => {
  const seen: string[] = [];
  context.on('request', (request) => {
    if (request.url().startsWith(`${app.url}/auth-callback`)) seen.push(request.url());
  });
  return seen;
};

it('A7: back to the sign-in page of the provider and forward again ends on the page', async () => {
  await page.goto(`${app.url}/`);
  await page.goto(`${app.url}/protected?once=1`);
  await fillIn(page);
  await page.click('main button[type=submit]');
  expect(await heading()).toBe('Your page');
  await page.goBack();
  await page.goForward();
  expect([page.url(), await heading()]).toEqual([`${app.url}/protected?once=1`, 'Your page']);
});

it('A7: a reload of the callback, and opening it again from the history, leads to the page', async () => {
  const callbacks = watchCallbacks();
  await page.goto(`${app.url}/protected?again=1`);
  await fillIn(page);
  await page.click('main button[type=submit]');
  expect(callbacks).toHaveLength(1);
  for (let time = 0; time < 3; time += 1) {
    await page.goto(callbacks[0] ?? '');
    expect([page.url(), await heading()]).toEqual([`${app.url}/protected?again=1`, 'Your page']);
    await page.reload();
    expect(await heading()).toBe('Your page');
  }
});

it('A7: a double click on the sign-in button ends on the page', async () => {
  await page.goto(`${app.url}/protected?twice=1`);
  await fillIn(page);
  await page.dblclick('main button[type=submit]');
  await page.waitForURL(`${app.url}/protected?twice=1`);
  expect(await heading()).toBe('Your page');
});

it('A7: a login whose cookie is gone when the person comes back begins anew and ends on the page', async () => {
  await page.goto(`${app.url}/protected?late=1`);
  await context.clearCookies({ domain: 'localhost' });
  await fillIn(page);
  await page.click('main button[type=submit]');
  expect([page.url(), await heading()]).toEqual([`${app.url}/protected?late=1`, 'Your page']);
});

it('A9: a browser that loses the session each time stops at a page, from which signing in works', async () => {
  await using lossy = await startFilteredApp();
  lossy.lets = (line) => !line.startsWith('latchkey.token=');
  await page.goto(`${lossy.url}/protected?loop=1`);
  await fillIn(page);
  await page.click('main button[type=submit]');
  expect(await heading()).toBe('Signing in does not last here');
  expect(page.url()).toBe(`${lossy.url}/protected?loop=1`);
  expect(await axeFindings(page)).toEqual([]);

  lossy.lets = () => true;
  await page.click('main a.button');
  expect([page.url(), await heading()]).toEqual([`${lossy.url}/protected?loop=1`, 'Your page']);
});
