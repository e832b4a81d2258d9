// What axe finds wrong with the pages for administrators and those on which people change what is their own: nothing.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AdminWorld, startAdminWorld } from '../support/admin-world.ts';
import { axeFindings, launchChromium } from '../support/chromium.ts';
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
const signedIn = async (subject: string, name: string): Promise<Page> => {
  world.provider.user = {
    ...testUser,
    sub: subject,
    name,
    email: `${subject}@example.test`,
    permissions: [],
  };
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${world.url}/profile`);
  expect(await heading(page)).toBe('Your profile');
  return page;
};
const press = (page: Page, label: string) => page.getByRole('button', { name: label, exact: true }).click();

it('axe finds nothing on any of these pages', async () => {
  const local = await world.store.people.create(
    { username: 'zoe', name: 'Zoë', permissions: ['reports:read'], roles: [] },
    world.now(),
  );
  const { record } = await world.auth.apiKeys.create({ name: 'nightly', owner: local });
  const admin = await signedIn('the-admin', 'Ada Admin');
  const mine = await world.personOf('the-admin');
  await world.auth.apiKeys.create({ name: 'mine', owner: mine });
  const person = `/admin/people/${local.id}`;
  const paths = [
    ...['/admin/people', '/admin/people/new', `/admin/people/${mine.id}?done=rights`],
    ...[`${person}/delete`, `${person}/keys/${record.id}/revoke`, '/admin/audit?from=never'],
    ...['/admin/audit', '/profile/password', '/profile/keys'],
  ];
  for (const path of paths) {
    await admin.goto(world.url + path);
    expect([path, await axeFindings(admin)]).toEqual([path, []]);
  }
  await admin.goto(`${world.url}${person}/password`);
  await press(admin, 'Give a temporary password');
  expect(await heading(admin)).toBe('A temporary password');
  expect(await axeFindings(admin)).toEqual([]);
});
