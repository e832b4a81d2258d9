// A team without a provider, in a real Chromium: first start, setup, sign-in, and a temporary password that is changed.
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccounts, openDirectory } from '../../src/directory.ts';
import { type AppProcess, startAppProcess } from '../support/app-process.ts';
import { axeFindings, launchChromium, pageComplaints } from '../support/chromium.ts';

const adminPassword = 'gravel umbrella kite';
const temporary = 'quilted lantern moss';
const own = 'velvet harbour pencil';

let browser: Browser;
let app: AppProcess;
beforeAll(async () => {
  browser = await launchChromium();
  app = await startAppProcess();
  await app.saying('works once');
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await browser.close();
});

const heading = (page: Page) => page.locator('h1').innerText();
const fill = async (page: Page, fields: Record<string, string>): Promise<void> => {
  for (const [name, value] of Object.entries(fields)) await page.fill(`input[name=${name}]`, value);
  await page.click('main button[type=submit]');
};
const setupCode = (): string => /for one day:\s+([\w-]{24})\s/.exec(app.output())?.[1] ?? 'none';

/** Somebody who gives out accounts, at the same database. */
const giveAccount = async (username: string): Promise<void> => {
  const directory = await openDirectory({ file: join(app.dataDir, 'directory.sqlite') });
  const accounts = createAccounts(directory);
  const person = { username, name: 'Ben Kept', permissions: ['reports:read'], roles: [] };
  const { id } = await directory.people.create(person, Date.now());
  await accounts.setPassword(id, temporary);
  await directory.close();
};

describe('at the first start', () => {
  it('the first administrator is made with the code from the terminal, once, and signs in', async () => {
    const context = await browser.newContext({ javaScriptEnabled: true });
    const page = await context.newPage();
    const complaints = pageComplaints(page);
    await page.goto(`${app.url}/setup`);
    expect(await heading(page)).toBe('Make the first administrator');
    expect(await axeFindings(page)).toEqual([]);
    const admin = {
      username: 'root-of-acme',
      name: 'Grace Kept',
      new_password: adminPassword,
      new_password_again: adminPassword,
    };
    await fill(page, { ...admin, secret: 'not the code' });
    expect(await page.locator('[role=alert]').innerText()).toContain('not the setup code');
    expect(await axeFindings(page)).toEqual([]);
    await fill(page, { ...admin, secret: setupCode() });
    expect(page.url()).toContain('http://127.0.0.1:');
    expect(await page.inputValue('input[name=login]')).toBe('root-of-acme');
    await fill(page, { password: adminPassword });
    expect(page.url()).toBe(`${app.url}/`);
    expect(await heading(page)).toBe('Hello, Grace Kept');
    const me = await page.goto(`${app.url}/api/me`);
    expect(await me?.json()).toMatchObject({ permissions: ['admin'] });
    expect((await page.goto(`${app.url}/setup`))?.status()).toBe(404);
    expect(complaints.filter((text) => !/40[34]/.test(text))).toEqual([]);
    await context.close();
  });

  it('whoever got a temporary password chooses another one before the login goes on, without JavaScript', async () => {
    await giveAccount('ben-kept');
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${app.url}/protected/permission?month=may`);
    await fill(page, { login: 'Ben-Kept', password: temporary });
    expect(await heading(page)).toBe('Choose a new password');
    expect(await page.locator('input[autocomplete="new-password"]').count()).toBe(2);
    const steps = await browser.newContext();
    expect((await steps.request.get(page.url())).status()).toBe(400);
    await steps.close();

    await fill(page, { new_password: own, new_password_again: `${own}!` });
    expect(await page.locator('[role=alert]').innerText()).toContain('not the same');
    await fill(page, { new_password: temporary, new_password_again: temporary });
    expect(await page.locator('[role=alert]').innerText()).toContain('the password you have now');
    await fill(page, { new_password: 'ben-kept-2026', new_password_again: 'ben-kept-2026' });
    expect(await page.locator('[role=alert]').innerText()).toContain('close to your name');
    await fill(page, { new_password: own, new_password_again: own });
    expect(page.url()).toBe(`${app.url}/protected/permission?month=may`);
    expect(await heading(page)).toBe('Report details');

    const elsewhere = await browser.newContext();
    const other = await elsewhere.newPage();
    await other.goto(`${app.url}/protected`);
    await fill(other, { login: 'ben-kept', password: temporary });
    expect(await other.locator('[role=alert]').innerText()).toContain('do not belong together');
    await fill(other, { password: own });
    expect(await heading(other)).toBe('Your page');
    await elsewhere.close();
    await context.close();
  });

  it('the page for a new password says what it wants to everybody', async () => {
    await giveAccount('cleo-kept');
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${app.url}/protected`);
    await fill(page, { login: 'cleo-kept', password: temporary });
    expect(await axeFindings(page)).toEqual([]);
    await page.reload();
    expect(await heading(page)).toBe('Choose a new password');
    await fill(page, { new_password: 'short', new_password_again: 'short' });
    expect(await page.locator('[role=alert]').innerText()).toContain('at least 12 characters');
    expect(await axeFindings(page)).toEqual([]);
    await page.click('button[form=abort]');
    expect(await heading(page)).toBe('You said no at the sign-in service');
    await context.close();
  });
});
