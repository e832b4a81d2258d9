// What people change themselves: their name, their password and their API keys, in accounts kept here and elsewhere.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Accounts, createAccounts, type DirectoryStore, type Person } from '../../src/directory.ts';
import { quickHashing } from '../support/account-world.ts';
import { textOf } from '../support/admin-world.ts';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import type { BrowserClient } from '../support/browser-client.ts';
import { directoryWorld } from '../support/directory-kinds.ts';
import { testUser } from '../support/scripted-provider.ts';

const { stores } = directoryWorld({ keepOpen: true });

describe.each(stores)('with an account in %s', (_kind, openStore) => {
  const oldPassword = 'ten green bottles hang';
  const newPassword = 'seven purple kettles sing';
  let world: AppWorld;
  let store: DirectoryStore;
  let accounts: Accounts;
  let number = 0;

  /** A world whose provider signs in accounts of the directory. */
  beforeAll(async () => {
    store = await openStore();
    accounts = createAccounts({ ...store, hashing: quickHashing().hashing });
    world = await startAppWorld({ people: { store, accounts }, auth: { directoryIssuer: 'local' } });
  });
  afterAll(() => world[Symbol.asyncDispose]());

  const signedIn = async (person: Person): Promise<BrowserClient> => {
    world.provider.user = { ...testUser, sub: person.id, permissions: [], roles: [] };
    const browser = world.browser();
    expect((await world.signIn(browser)).status).toBe(200);
    return browser;
  };
  const newPerson = async (): Promise<{ person: Person; browser: BrowserClient }> => {
    number += 1;
    const wanted = { username: `ada-${number}`, name: 'Ada', permissions: ['reports:read'], roles: [] };
    const person = await store.people.create(wanted, world.now());
    await accounts.setPassword(person.id, oldPassword, { temporary: false });
    return { person, browser: await signedIn(person) };
  };
  const open = async (browser: BrowserClient, path: string) =>
    browser.followAll(await browser.get(world.url + path));
  const send = async (browser: BrowserClient, path: string, fields: Readonly<Record<string, string>> = {}) =>
    browser.followAll(await browser.post(world.url + path, fields));
  const kindOf = async ({ username }: Person, password: string) =>
    (await accounts.authenticate(username ?? '', password, { address: '192.0.2.1' })).kind;

  describe('your name', () => {
    it('is changed by yourself, and can be empty', async () => {
      const { person, browser } = await newPerson();
      const page = await send(browser, '/profile/edit', { name: ' Ada <Countess> ' });
      expect(textOf(page)).toContain('Saved.');
      expect(page.body).toContain('value="Ada &lt;Countess&gt;"');
      await send(browser, '/profile/edit', { name: '' });
      expect((await store.people.find(person.id))?.name).toBeNull();
      expect((await send(browser, '/profile/edit', { name: 'x'.repeat(201) })).status).toBe(400);
    });

    it('AD-11b: nothing else is changed by what a form says besides', async () => {
      const { person, browser } = await newPerson();
      const more = { permissions: 'admin', roles: 'admin', disabled: 'true', id: 'x', email: 'a@b.example' };
      await send(browser, '/profile/edit', { name: 'Eve', ...more });
      const after = await store.people.find(person.id);
      expect(after).toEqual({
        ...person,
        name: 'Eve',
        updatedAt: expect.any(Number),
        lastLoginAt: expect.any(Number),
        email: after?.email,
      });
      expect(after?.email).not.toBe('a@b.example');
      expect((await open(browser, '/admin/people')).status).toBe(403);
    });
  });

  describe('your password', () => {
    it('AD-03b: is changed with the old one; you stay signed in here and nowhere else', async () => {
      const { person, browser } = await newPerson();
      const elsewhere = await signedIn(person);
      const page = await send(browser, '/profile/password', { old: oldPassword, new: newPassword });
      expect(textOf(page)).toContain('Your password is changed.');
      expect(await world.whoIs(browser)).toBe(person.id);
      expect(await world.whoIs(elsewhere)).toBe('401');
      expect([await kindOf(person, newPassword), await kindOf(person, oldPassword)]).toEqual([
        'ok',
        'refused',
      ]);
      expect(world.logText()).not.toContain(newPassword);
    });

    it('AD-03a: is not changed without the old one, and guessing it is slowed down', async () => {
      const { person, browser } = await newPerson();
      const elsewhere = await signedIn(person);
      const statuses: number[] = [];
      for (let nth = 0; nth < 7; nth += 1) {
        const page = await send(browser, '/profile/password', { old: `wrong ${nth}`, new: newPassword });
        statuses.push(page.status);
        expect(page.body).not.toContain('wrong');
        if (page.status === 429) expect(Number(page.headers['retry-after'])).toBeGreaterThan(0);
      }
      expect(statuses[0]).toBe(403);
      expect(statuses.at(-1)).toBe(429);
      expect(await world.whoIs(elsewhere)).toBe(person.id);
      expect((await store.passwords.find(person.id))?.temporary).toBe(false);
    });

    it.each(['short', 'password1234', 'latchkeylatchkey'])(
      'AD-01: is not changed to %s',
      async (unsuitable) => {
        const { person, browser } = await newPerson();
        const page = await send(browser, '/profile/password', { old: oldPassword, new: unsuitable });
        expect(page.status).toBe(400);
        expect(page.body).toContain('id="new-error"');
        expect(page.body).not.toContain(`value="${unsuitable}"`);
        expect(await kindOf(person, oldPassword)).toBe('ok');
      },
    );
  });

  it('AD-03b: a temporary password by an administrator ends the sessions of the account', async () => {
    const [admin, victim] = [await newPerson(), await newPerson()];
    await store.people.change(admin.person.id, { permissions: ['admin'] }, 'admin', world.now());
    await world.auth.people.changed(admin.person);
    const page = await send(admin.browser, `/admin/people/${victim.person.id}/password`);
    expect(textOf(page)).toContain('shown here this once');
    expect(await world.whoIs(victim.browser)).toBe('401');
    expect(await world.whoIs(admin.browser)).toBe(admin.person.id);
  });

  describe('your API keys', () => {
    it('AD-15c: a new one is shown once, listed without itself, and revoked after a question', async () => {
      const { person, browser } = await newPerson();
      const made = await send(browser, '/profile/keys', { name: '<b>backup', days: '30' });
      const key = /secret"><code>(.*?)<\/code>/.exec(made.body)?.[1] ?? '';
      expect(key).toMatch(/^lk_.{49}$/);
      expect(made.headers['cache-control']).toContain('no-store');
      const list = await open(browser, '/profile/keys');
      expect(list.body).toContain('&lt;b&gt;backup');
      expect(list.body).not.toContain(key);
      const [record] = await store.apiKeys.list(person);
      expect(Math.round(((record?.expiresAt ?? 0) - world.now()) / 86_400_000)).toBe(30);
      expect(record?.permissions).toEqual(['reports:read']);
      const path = `/profile/keys/${record?.id}/revoke`;
      expect(textOf(await open(browser, path))).toContain('This cannot be undone.');
      expect(textOf(await send(browser, path))).toContain('The key is revoked.');
      expect((await store.apiKeys.list(person))[0]?.revokedAt).not.toBeNull();
      expect(world.logText()).not.toContain(key);
    });

    it('of somebody else are neither seen nor revoked', async () => {
      const [mine, theirs] = [await newPerson(), await newPerson()];
      await send(theirs.browser, '/profile/keys', { name: 'theirs', days: 'never' });
      const [record] = await store.apiKeys.list(theirs.person);
      expect(record?.expiresAt).toBeNull();
      expect((await open(mine.browser, '/profile/keys')).body).not.toContain('theirs');
      const path = `/profile/keys/${record?.id}/revoke`;
      expect((await open(mine.browser, path)).status).toBe(404);
      expect((await send(mine.browser, path)).status).toBe(404);
      expect((await store.apiKeys.list(theirs.person))[0]?.revokedAt).toBeNull();
    });

    it('AD-13: need a login that is not old, and come back to the list', async () => {
      const { person, browser } = await newPerson();
      world.advance(1000);
      const asked = await browser.post(`${world.url}/profile/keys`, { name: 'late', days: '30' });
      expect(new URL(asked.location ?? '').searchParams.get('max_age')).toBe('900');
      world.provider.user = { ...testUser, sub: person.id };
      expect(textOf(await browser.followAll(asked))).toContain('No keys yet');
    });

    it.each([
      { name: ' ', days: '30' },
      { name: 'x'.repeat(201), days: '30' },
      { name: 'ok', days: '10000' },
    ])('are not made of %j', async (fields) => {
      const { person, browser } = await newPerson();
      expect((await send(browser, '/profile/keys', fields)).status).toBe(400);
      expect(await store.apiKeys.list(person)).toEqual([]);
    });
  });

  describe.each(['/profile/edit', '/profile/password', '/profile/keys'])('%s', (path) => {
    it('is for those who are signed in, with a session, and on a page of ours', async () => {
      const { browser } = await newPerson();
      expect((await open(browser, path)).status).toBe(200);
      expect((await world.browser().fetchJson(world.url + path)).status).toBe(401);
      expect((await world.browser().get(world.url + path)).location).toContain(world.provider.issuer);
      const { cookie = '' } = (await browser.get(`${world.url}/profile`)).requestHeaders;
      const forced = await world
        .browser()
        .post(
          world.url + path,
          { name: 'x', days: '30' },
          { from: 'https://evil.example/', headers: { cookie } },
        );
      expect(forced.status).toBe(403);
    });
  });
});
