// Real browsers: an administrator gives a right and takes an account away, and the other browser feels it at its next click.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminWorld, startAdminWorld } from '../support/admin-world.ts';
import { launchChromium, pageComplaints } from '../support/chromium.ts';
import { testUser } from '../support/scripted-provider.ts';

let browser: Browser;
let world: AdminWorld;
beforeAll(async () => {
  [browser, world] = await Promise.all([launchChromium(), startAdminWorld()]);
});
afterAll(async () => {
  await Promise.all([browser.close(), world[Symbol.asyncDispose]()]);
});

const heading = (page: Page) => page.locator('h1').first().innerText();
/** A browser of its own, without JavaScript where that is said. */
const signedIn = async (subject: string, name: string, javaScriptEnabled = true): Promise<Page> => {
  world.provider.user = {
    ...testUser,
    sub: subject,
    name,
    email: `${subject}@example.test`,
    permissions: [],
  };
  const page = await (await browser.newContext({ javaScriptEnabled })).newPage();
  await page.goto(`${world.url}/profile`);
  expect(await heading(page)).toBe('Your profile');
  return page;
};
const press = (page: Page, label: string) => page.getByRole('button', { name: label, exact: true }).click();

describe.each([true, false])('with JavaScript: %s', (withScript) => {
  it('a permission lets in at the next click, and a disabled account is out at the next', async () => {
    const name = withScript ? 'Ben' : 'Bea';
    const other = await signedIn(name.toLowerCase(), name, withScript);
    const admin = await signedIn('the-admin', 'Ada Admin', withScript);
    const complaints = pageComplaints(admin);
    await other.goto(`${world.url}/protected/permission`);
    expect(await heading(other)).toBe('You may not open this page');

    await admin.getByRole('link', { name: 'Admin', exact: true }).click();
    await admin.getByLabel('Search', { exact: true }).fill(name.slice(0, 3).toLowerCase());
    await press(admin, 'Search');
    await admin.getByRole('link', { name }).click();
    expect(await heading(admin)).toBe(name);
    await admin.getByLabel('Permissions').fill('reports:read');
    await press(admin, 'Save');
    expect(await admin.locator('#done').innerText()).toContain('Saved.');
    await other.reload();
    expect(await heading(other)).toBe('Report details');

    await press(admin, 'Disable this account');
    expect(await admin.locator('#done').innerText()).toContain('The account is disabled.');
    world.provider.user = { ...testUser, sub: name.toLowerCase() };
    await other.reload();
    expect(await heading(other)).toBe('Your account is disabled');
    expect(complaints).toEqual([]);
  });
});
