// Two real browsers of one person: one ends the other from its page of devices, and the other is at the password.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings, launchChromium, pageComplaints } from '../support/chromium.ts';
import { type DemoApp, startDemoApp } from '../support/demo-app.ts';
import { userAgents } from '../support/device-steps.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let browser: Browser;
let redis: TestRedis;
beforeAll(async () => {
  [browser, redis] = await Promise.all([launchChromium(), startRedis()]);
});
afterAll(async () => {
  await Promise.all([browser.close(), redis.stop()]);
});

const heading = (page: Page) => page.locator('h1').innerText();
const signIn = async (page: Page): Promise<void> => {
  await page.fill('input[name=login]', 'ada');
  await page.fill('input[name=password]', 'ada');
  await page.click('main button[type=submit]');
};

/** A profile of its own, signed in, without JavaScript where that is said. */
const profile = async (app: DemoApp, userAgent: string, javaScriptEnabled = true): Promise<Page> => {
  const context = await browser.newContext({ userAgent, javaScriptEnabled });
  const page = await context.newPage();
  await page.goto(`${app.url}/sessions`);
  await signIn(page);
  expect(page.url()).toBe(`${app.url}/sessions`);
  return page;
};

describe.each(['redis', 'embedded'] as const)('with sessions in the %s store', (kind) => {
  it('a device that Ada ends from another one has to give the password at its next click', async () => {
    await using app = await startDemoApp(kind === 'redis' ? { REDIS_URL: redis.url } : {});
    const phone = await profile(app, userAgents.phone);
    const laptop = await profile(app, userAgents.laptop);
    const complaints = pageComplaints(laptop);
    expect(await heading(laptop)).toBe('Your devices');
    const cards = laptop.locator('.devices li');
    expect(await cards.locator('h2').allInnerTexts()).toEqual([
      expect.stringMatching(/^Chrome on Windows\s+this browser$/),
      'Safari on iPhone',
    ]);

    await cards.filter({ hasText: 'Safari on iPhone' }).locator('button').click();
    expect(laptop.url()).toBe(`${app.url}/sessions?done=one`);
    expect(await laptop.locator('#done').innerText()).toContain('That device is signed out.');
    expect(await cards.count()).toBe(1);

    // The provider still knows the phone: without the question it would be in again at once.
    await phone.click('nav a[href$="/profile"]');
    expect(phone.url()).toContain('http://127.0.0.1:');
    expect(await phone.locator('input[name=password]').count()).toBe(1);
    await phone.goto(`${app.url}/protected`);
    expect(await phone.locator('input[name=password]').count()).toBe(1);
    await signIn(phone);
    expect(await heading(phone)).toBe('Your page');
    // From here on its provider may sign it in silently again.
    await phone.goto(`${app.url}/login?return_to=/profile`);
    expect(await heading(phone)).toBe('Your profile');
    expect(complaints).toEqual([]);
  });
});

it('all others end with one button, on a page that axe finds nothing wrong with', async () => {
  await using app = await startDemoApp();
  const other = await profile(app, userAgents.phone);
  const own = await profile(app, userAgents.laptop);
  expect(await axeFindings(own)).toEqual([]);
  await own.click('form[action$="/end-others"] button');
  expect(await own.locator('#done').innerText()).toContain('signed out on all other devices');
  expect(await axeFindings(own)).toEqual([]);
  await other.goto(`${app.url}/protected`);
  expect(await other.locator('input[name=password]').count()).toBe(1);
});

it('all of it works without JavaScript', async () => {
  await using app = await startDemoApp();
  const other = await profile(app, userAgents.phone, false);
  const own = await profile(app, userAgents.laptop, false);
  await own.click('.devices form[action$="/end"] button');
  expect(await own.locator('#done').innerText()).toContain('That device is signed out.');
  await other.click('nav a[href$="/profile"]');
  expect(await other.locator('input[name=password]').count()).toBe(1);
  await own.click('.devices form[action$="/logout"] button');
  expect(await heading(own)).toBe('You are signed out');
});
