// A real Chromium signs in as both demo users on both stores, opens every page, signs out and cannot go back.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings, launchChromium, pageComplaints } from '../support/chromium.ts';
import { type DemoApp, startDemoApp } from '../support/demo-app.ts';
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

const signIn = async (page: Page, user: string): Promise<void> => {
  await page.fill('input[name=login]', user);
  await page.fill('input[name=password]', user);
  await page.click('main button[type=submit]');
};

describe.each(['redis', 'embedded'] as const)('with sessions in the %s store', (kind) => {
  let app: DemoApp;
  let context: BrowserContext;
  let page: Page;
  let complaints: readonly string[];
  beforeAll(async () => {
    app = await startDemoApp(kind === 'redis' ? { REDIS_URL: redis.url } : {});
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
  });
  const newPage = async (): Promise<void> => {
    context = await browser.newContext();
    page = await context.newPage();
    complaints = pageComplaints(page);
  };

  it('lets Ada in everywhere and signs her out for good', async () => {
    await newPage();
    await page.goto(`${app.url}/protected/permission?month=may`);
    expect(page.url()).toContain('http://127.0.0.1:');
    await signIn(page, 'ada');
    expect(page.url()).toBe(`${app.url}/protected/permission?month=may`);
    expect(await heading(page)).toBe('Report details');

    for (const [path, title] of [
      ['/', 'Hello, Ada Lindqvist'],
      ['/protected', 'Your page'],
      ['/protected/scope', 'Reports'],
      ['/profile', 'Your profile'],
    ] as const) {
      await page.goto(app.url + path);
      expect(await heading(page)).toBe(title);
      expect(await axeFindings(page)).toEqual([]);
    }
    expect(await page.evaluate('document.cookie')).toBe('');
    expect((await page.goto(`${app.url}/api/me`))?.status()).toBe(200);

    await page.goto(`${app.url}/profile`);
    await page.click('header form button');
    expect(page.url()).toMatch(new RegExp(`^${app.url}/logout\\?state=`));
    expect(await heading(page)).toBe('You are signed out');

    // Back shows no page from before: nothing of it was stored.
    await page.goBack();
    expect(await page.locator('body').innerText()).not.toContain('ada@example.com');
    await page.goto(`${app.url}/profile`);
    expect(page.url()).toContain('http://127.0.0.1:');
    expect(await page.locator('input[name=password]').count()).toBe(1);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('tells Ben which permission he lacks, without sending him round in circles', async () => {
    await newPage();
    await page.goto(`${app.url}/protected/permission`);
    await signIn(page, 'ben');
    expect(page.url()).toBe(`${app.url}/protected/permission`);
    expect(await heading(page)).toBe('You may not open this page');
    expect(await page.locator('main').innerText()).toContain('reports:read');
    expect(await axeFindings(page)).toEqual([]);
    await page.goto(`${app.url}/protected`);
    expect(await heading(page)).toBe('Your page');
    await context.close();
  });

  it('ends the session of Ada when Ben signs in on the same browser', async () => {
    await newPage();
    await page.goto(`${app.url}/protected`);
    await signIn(page, 'ada');
    const before = await context.cookies(app.url);
    await page.goto(`${app.url}/login?prompt=login&return_to=/profile`);
    await signIn(page, 'ben');
    await page.goto(`${app.url}/profile`);
    expect(await page.locator('main').innerText()).toContain('ben@example.com');

    const thief = await browser.newContext();
    await thief.addCookies(before);
    expect((await thief.request.get(`${app.url}/api/me`)).status()).toBe(401);
    await thief.close();
    await context.close();
  });

  it('comes home with a clear page when the person says no at the provider', async () => {
    await newPage();
    await page.goto(`${app.url}/protected`);
    await page.click('button[form=abort]');
    expect(page.url()).toContain(`${app.url}/auth-callback`);
    expect(await heading(page)).toBe('You said no at the sign-in service');
    expect(await axeFindings(page)).toEqual([]);
    await page.click('main a.button');
    expect(await page.locator('input[name=password]').count()).toBe(1);
    await context.close();
  });

  it('works without JavaScript', async () => {
    context = await browser.newContext({ javaScriptEnabled: false });
    page = await context.newPage();
    await page.goto(`${app.url}/profile`);
    await signIn(page, 'ada');
    expect(page.url()).toBe(`${app.url}/profile`);
    await page.click('header form button');
    expect(await heading(page)).toBe('You are signed out');
    await context.close();
  });
});
