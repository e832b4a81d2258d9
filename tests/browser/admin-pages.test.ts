// What axe finds wrong with the pages for administrators and those on which people change what is their own: nothing.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAccounts } from '../../src/directory.ts';
import { type AdminWorld, startAdminWorld } from '../support/admin-world.ts';
import { startAppWorld } from '../support/app-world.ts';
import { axeFindings, launchChromium } from '../support/chromium.ts';
import { memoryDirectory } from '../support/memory-directory.ts';
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
  const own = await world.auth.apiKeys.create({ name: 'mine', owner: mine });
  const [nobody] = await world.add({ subject: 'nobody-yet' });
  const person = `/admin/people/${local.id}`;
  const paths = [
    ...['/admin/people', '/admin/people/new', `/admin/people/${mine.id}?done=rights`],
    ...[`${person}/delete`, `${person}/keys/${record.id}/revoke`, '/admin/audit?from=never'],
    ...['/admin/audit', '/profile/password', '/profile/keys', `/profile/keys/${own.record.id}/revoke`],
    // Somebody without a name, a session or a key.
    ...['/profile', '/profile/edit', `/admin/people/${nobody?.id}`],
  ];
  for (const path of paths) {
    const status = (await admin.goto(world.url + path))?.status();
    expect([path, status]).toEqual([path, path.endsWith('never') ? 400 : 200]);
    expect([path, await axeFindings(admin)]).toEqual([path, []]);
  }
  await admin.goto(`${world.url}/profile/keys`);
  await admin.getByLabel('What it is for').fill('backups of Tuesday night');
  await press(admin, 'Make a key');
  expect(await heading(admin)).toBe('Your new key');
  expect(await axeFindings(admin)).toEqual([]);
  await admin.goto(`${world.url}${person}/password`);
  await press(admin, 'Give a temporary password');
  expect(await heading(admin)).toBe('A temporary password');
  expect(await axeFindings(admin)).toEqual([]);
});

it('nor on those of somebody whose account is kept here', async () => {
  const store = memoryDirectory();
  const options = { people: { store, accounts: createAccounts(store) }, auth: { directoryIssuer: 'local' } };
  await using own = await startAppWorld(options);
  const zoe = { username: 'zoe', name: 'Zoë', permissions: ['reports:read'], roles: [] };
  const { id } = await store.people.create(zoe, own.now());
  own.provider.user = { ...testUser, sub: id, permissions: [] };
  const page = await (await browser.newContext()).newPage();
  for (const path of [
    '/profile',
    '/profile/edit',
    '/profile/edit?done=name',
    '/profile/password',
    '/profile/keys',
  ]) {
    expect((await page.goto(own.url + path))?.status(), path).toBe(200);
    expect([path, await axeFindings(page)]).toEqual([path, []]);
  }
});
