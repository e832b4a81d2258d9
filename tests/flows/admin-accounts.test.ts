// Administrators and accounts that are kept here: making one, temporary passwords, sessions and keys of a person.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newTemporaryPassword } from '../../src/directory.ts';
import { type AdminWorld, startAdminWorld, textOf } from '../support/admin-world.ts';
import { signedInOn, userAgents } from '../support/device-steps.ts';
import { directoryWorld } from '../support/directory-kinds.ts';

const { stores } = directoryWorld({ keepOpen: true });

describe.each(stores)('accounts in %s', (_kind, openStore) => {
  let world: AdminWorld;
  beforeAll(async () => {
    world = await startAdminWorld({ store: await openStore() });
  });
  afterAll(() => world[Symbol.asyncDispose]());

  const from = { address: '192.0.2.7' };
  const secretIn = (body: string): string => /secret"><code>(.*?)<\/code>/.exec(body)?.[1] ?? 'none';
  const typed = (over: Readonly<Record<string, string>>) => ({
    ...{ username: 'new', name: '', email: '', permissions: '', roles: '' },
    ...over,
  });
  const add = (over: Readonly<Record<string, string>>) =>
    world.send(world.admin, '/admin/people/new', typed(over));

  describe('a new account', () => {
    it('AD-08: gets a temporary password, shown once, that the person has to replace', async () => {
      const page = await add({
        ...{ username: 'zoe', name: 'Zoë', email: 'zoe@people.example' },
        ...{ permissions: 'reports:read', roles: 'analyst' },
      });
      expect(page.status).toBe(200);
      expect(page.headers['cache-control']).toContain('no-store');
      const password = secretIn(page.body);
      expect(password).toMatch(/^([a-z2-9]{5}-){3}[a-z2-9]{5}$/);
      const answer = await world.accounts.authenticate('zoe', password, from);
      expect(answer).toMatchObject({ kind: 'ok', mustChangePassword: true });
      const person = await world.store.people.findByUsername('zoe');
      expect(person).toMatchObject({ name: 'Zoë', permissions: ['reports:read'], roles: ['analyst'] });
      const later = await world.open(world.admin, `/admin/people/${person?.id}`);
      expect(later.body).not.toContain(password);
      expect(textOf(later)).toContain('temporary: they choose another one');
      expect(world.logText()).not.toContain(password);
      const page2 = { selection: {}, sortBy: 'at', direction: 'desc', offset: 0, count: 100 } as const;
      const { data } = await world.store.audit.list(page2);
      expect(data.map(({ action }) => action)).toEqual(
        expect.arrayContaining(['person_created', 'person_password_set']),
      );
      expect(JSON.stringify(data)).not.toContain(password);
    });

    it.each([
      [{ username: '  ' }, 'An account needs a user name.'],
      [{ username: 'in\u202evisible' }, 'It has a character in it that nobody sees.'],
      [{ username: 'x'.repeat(201) }, 'It has at most 200 characters.'],
      [{ username: 'ok', email: 'no address' }, 'That is no email address.'],
      [{ username: 'ok', name: 'n'.repeat(201) }, 'It has at most 200 characters.'],
      [{ username: 'ok', permissions: 'a b' }, 'A permission has no blanks in it.'],
    ])('is not made of %j, and the form says why', async (over, words) => {
      const before = await world.store.people.count();
      const page = await add(over);
      expect(page.status).toBe(400);
      expect(textOf(page)).toContain(words);
      expect(page.body).toContain('aria-invalid="true"');
      expect(await world.store.people.count()).toBe(before);
    });

    it('is not made of a name that somebody has, in whatever case, and what was typed stays', async () => {
      await add({ username: 'Taken' });
      const page = await add({ username: 'tAKEN', name: '"Somebody" else' });
      expect(page.status).toBe(409);
      expect(textOf(page)).toContain('Another account has this name.');
      expect(page.body).toContain('value="&#34;Somebody&#34; else"');
    });
  });

  describe('a temporary password', () => {
    it('AD-03b: ends the sessions of the person and the old password', async () => {
      await add({ username: 'pat' });
      const pat = await world.store.people.findByUsername('pat');
      if (pat === null) throw new Error('pat is missing');
      await world.accounts.setPassword(pat.id, 'correct horse battery', { temporary: false });
      const path = `/admin/people/${pat.id}/password`;
      expect(textOf(await world.open(world.admin, path))).toContain('stops working');
      const password = secretIn((await world.send(world.admin, path)).body);
      expect((await world.accounts.authenticate('pat', 'correct horse battery', from)).kind).toBe('refused');
      expect((await world.accounts.authenticate('pat', password, from)).kind).toBe('ok');
    });

    it('is not for somebody whose provider has the password', async () => {
      const [guest] = await world.add({ subject: 'guest' });
      expect((await world.open(world.admin, `/admin/people/${guest?.id}/password`)).status).toBe(404);
      expect((await world.send(world.admin, `/admin/people/${guest?.id}/password`)).status).toBe(404);
    });

    it('is another one each time', () => {
      const made = new Set(Array.from({ length: 500 }, newTemporaryPassword));
      expect(made.size).toBe(500);
    });
  });

  describe('sessions and keys of a person', () => {
    it('LO-15: one session ends from the page of the person, then all of them', async () => {
      const phone = await world.arrive('kim', { name: 'Kim' });
      const { id } = await world.personOf('kim');
      const [laptop, tablet] = [
        await signedInOn(world, userAgents.laptop),
        await signedInOn(world, userAgents.tablet),
      ];
      const page = await world.open(world.admin, `/admin/people/${id}`);
      expect(textOf(page)).toContain('Chrome on Windows');
      const item = page.body.split('<li>').find((text) => text.includes('Chrome on Windows')) ?? '';
      const action = /action="([^"]*)"/.exec(item)?.[1] ?? '';
      expect(textOf(await world.send(world.admin, action))).toContain('That session has ended.');
      expect([await world.whoIs(laptop), await world.whoIs(tablet)]).toEqual(['401', 'kim']);
      expect(textOf(await world.send(world.admin, action))).toContain('not there any more');
      const all = await world.send(world.admin, `/admin/people/${id}/sessions/end`);
      expect(textOf(all)).toContain('All sessions of this person have ended.');
      expect([await world.whoIs(tablet), await world.whoIs(phone)]).toEqual(['401', '401']);
      expect(await world.whoIs(world.admin)).toBe('the-admin');
    });

    it("nobody's session ends from the page of somebody else", async () => {
      const lou = await world.arrive('lou');
      await world.arrive('max');
      const [device] = await world.auth.people.sessions(await world.personOf('lou'));
      const { id } = await world.personOf('max');
      await world.send(world.admin, `/admin/people/${id}/sessions/${device?.id}/end`);
      expect(await world.whoIs(lou)).toBe('lou');
    });

    it('AD-16: a key is revoked from the page of its owner, after a question, and from no other', async () => {
      const [owner, other] = await world.add({ subject: 'owner' }, { subject: 'other' });
      if (owner === undefined || other === undefined) throw new Error('nobody was added');
      const { key, record } = await world.auth.apiKeys.create({ name: '<i>nightly</i>', owner });
      const page = await world.open(world.admin, `/admin/people/${owner.id}`);
      expect(page.body).toContain('&lt;i&gt;nightly');
      expect(page.body).not.toContain(key);
      const path = (id: string) => `/admin/people/${id}/keys/${record.id}/revoke`;
      expect((await world.send(world.admin, path(other.id))).status).toBe(404);
      expect(textOf(await world.open(world.admin, path(owner.id)))).toContain('are refused from now on');
      expect((await world.store.apiKeys.list(owner))[0]?.revokedAt).toBeNull();
      expect(textOf(await world.send(world.admin, path(owner.id)))).toContain('The key is revoked.');
      expect((await world.store.apiKeys.list(owner))[0]?.revokedAt).not.toBeNull();
    });
  });
});
