// The pages of one's own for people whose provider has their name and password.
import { expect, it } from 'vitest';
import { createAccounts } from '../../src/directory.ts';
import { textOf } from '../support/admin-world.ts';
import { startAppWorld } from '../support/app-world.ts';
import { memoryDirectory } from '../support/memory-directory.ts';

it('people of a provider are told that name and password are changed there', async () => {
  const guests = memoryDirectory();
  await using other = await startAppWorld({ people: { store: guests, accounts: createAccounts(guests) } });
  const browser = other.browser();
  await other.signIn(browser);
  expect(textOf(await browser.get(`${other.url}/profile/password`))).toContain(
    'Your provider has your password',
  );
  expect(textOf(await browser.get(`${other.url}/profile/edit`))).toContain('Your provider knows your name');
  expect((await browser.post(`${other.url}/profile/edit`, { name: 'Eve' })).status).toBe(403);
  const fields = { old: 'a', new: 'seven purple kettles sing' };
  expect((await browser.post(`${other.url}/profile/password`, fields)).status).toBe(403);
  expect((await browser.get(`${other.url}/profile`)).body).toContain('href="/profile/keys"');
});
