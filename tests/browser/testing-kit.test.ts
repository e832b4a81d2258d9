// The test kit with Playwright: a context that begins signed in, and one that signs in through the test provider.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ListeningServer, listen } from '../../src/index.ts';
import { freePort, signedIn, startTestProvider, type TestProvider, testUsers } from '../../src/testing.ts';
import { launchChromium } from '../support/chromium.ts';
import { createKitApp, type KitApp } from '../support/kit-app.ts';

let browser: Browser;
let provider: TestProvider;
let kit: KitApp;
let server: ListeningServer;
let baseUrl: string;
beforeAll(async () => {
  const port = await freePort();
  baseUrl = `http://localhost:${port}`;
  provider = await startTestProvider();
  kit = createKitApp(provider, { baseUrl });
  server = await listen(kit.app, port, '127.0.0.1');
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await server.close(0);
  await kit.auth.close();
  await provider.close();
});

describe('a browser of a customer test', () => {
  it('opens as somebody who is signed in, and two people are apart', async () => {
    for (const user of [testUsers.ada, testUsers.bob]) {
      const session = await signedIn(baseUrl, user);
      const context = await browser.newContext({ baseURL: baseUrl, storageState: session.storageState() });
      const page = await context.newPage();
      await page.goto('/page');
      expect(await page.textContent('p')).toBe(`page of ${user.name}`);
      expect(page.url()).toBe(`${baseUrl}/page`);
      await context.close();
    }
    expect(provider.calls('authorize'), 'the browser itself never went to sign in').toHaveLength(2);
  });

  it('may use the port that signedIn opened, for pages of a person who is signed in', async () => {
    await using session = await signedIn(kit.app, testUsers.ada);
    const context = await browser.newContext({ storageState: session.storageState() });
    const page = await context.newPage();
    await page.goto(session.url('/page'));
    expect(await page.textContent('p')).toBe('page of Ada Lovelace');
    await context.close();
  });

  it('signs in by itself as whom the test chose, and is signed out by the back channel', async () => {
    provider.signInAs('user-bob');
    const context = await browser.newContext({ baseURL: baseUrl });
    const page = await context.newPage();
    await page.goto('/page');
    expect(await page.textContent('p')).toBe('page of Bob Stone');
    await provider.sendBackChannelLogout({ to: `${baseUrl}/backchannel-logout`, sub: 'user-bob' });
    await page.goto('/');
    expect(await page.textContent('body')).toBe('hello stranger');
    await context.close();
  });
});
