// Silent sign-in in a real Chromium with the local provider: who is known there is greeted, nobody else notices it.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { launchChromium, pageComplaints } from '../support/chromium.ts';
import { startFilteredApp } from '../support/cookie-filter.ts';
import { type DemoApp, startDemoApp } from '../support/demo-app.ts';

let browser: Browser;
let app: DemoApp;
let context: BrowserContext;
let page: Page;
beforeAll(async () => {
  [browser, app] = await Promise.all([launchChromium(), startDemoApp({ SILENT_SIGN_IN: 'on' })]);
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

/** The authorization requests that a page makes from now on. */
const watchTrips = (of: Page): readonly URL[] => {
  const trips: URL[] = [];
  of.on('request', (request) => {
    const url = new URL(request.url());
    if (url.hostname === '127.0.0.1' && url.searchParams.has('client_id')) trips.push(url);
  });
  return trips;
};

const signIn = async (path: string): Promise<void> => {
  await page.goto(app.url + path);
  await page.fill('input[name=login]', 'ada');
  await page.fill('input[name=password]', 'ada');
  await page.click('main button[type=submit]');
};

it('greets somebody at once who is signed in at the provider, at the address they opened', async () => {
  await signIn('/protected');
  // The session here goes, that at the provider stays: as for somebody who signed in through another app.
  await context.clearCookies({ domain: 'localhost' });
  const trips = watchTrips(page);
  const response = await page.goto(`${app.url}/?from=letter`);
  expect(response?.status()).toBe(200);
  expect(page.url()).toBe(`${app.url}/?from=letter`);
  expect(await heading()).toBe('Hello, Ada Lindqvist');
  expect(trips.map(({ searchParams }) => searchParams.get('prompt'))).toEqual(['none']);
  await page.reload();
  await page.goto(`${app.url}/profile`);
  expect(await heading()).toBe('Your profile');
  expect(trips).toHaveLength(1);
});

it('shows the page to somebody whom the provider does not know, after one round trip in all', async () => {
  const complaints = pageComplaints(page);
  const trips = watchTrips(page);
  for (const path of ['/?first=1', '/', '/?third=1']) {
    const response = await page.goto(app.url + path);
    expect([response?.status(), page.url()]).toEqual([200, app.url + path]);
    expect(await page.locator('a[href*="/login"]').count()).toBeGreaterThan(0);
  }
  const second = await context.newPage();
  const more = watchTrips(second);
  await second.goto(`${app.url}/`);
  expect([trips.length, more.length]).toEqual([1, 0]);
  expect(complaints).toEqual([]);
});

it('leaves somebody signed out who signed out', async () => {
  await signIn('/protected');
  await page.click('header form button');
  expect(await heading()).toBe('You are signed out');
  const trips = watchTrips(page);
  await page.goto(`${app.url}/`);
  expect(await heading()).not.toContain('Ada');
  expect(trips).toEqual([]);
});

it('is not noticed by a script of the page', async () => {
  await page.goto(`${app.url}/`);
  await context.clearCookies({ domain: 'localhost' });
  const answer = (await page.evaluate(
    'fetch("/").then(async (r) => [r.status, r.redirected, r.headers.get("content-type")])',
  )) as unknown[];
  expect(answer.slice(0, 2)).toEqual([200, false]);
  expect(await context.cookies(app.url)).toEqual([]);
});

it('makes one trip for a page, and no loop, where the browser keeps no cookie of the app', async () => {
  await using bare = await startFilteredApp({ SILENT_SIGN_IN: 'on' });
  bare.lets = () => false;
  const trips = watchTrips(page);
  const response = await page.goto(`${bare.url}/?a=1`);
  expect(response?.status()).toBe(200);
  expect(page.url()).toBe(`${bare.url}/?a=1&latchkey.silent=tried`);
  await page.reload();
  expect(trips).toHaveLength(1);
});
