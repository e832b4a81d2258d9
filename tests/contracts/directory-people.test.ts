// People in the directory: one suite for memory, SQLite and PostgreSQL.
import { describe, expect, it } from 'vitest';
import { localIssuer } from '../../src/directory.ts';
import { directoryWorld } from '../support/directory-kinds.ts';

const { kinds } = directoryWorld();
const least = { permissions: [], roles: [] } as const;
const issuer = 'https://op.example';
const login = (subject: string, claims: Record<string, unknown> = {}, at = 1000) => ({
  ...{ issuer, subject, claims, at },
});
const account = (username: string, given: object = {}) => ({ username, ...least, ...given });

describe.each(kinds)('people in %s', (_kind, open) => {
  it('are made at their first login with the rights given, and brought up to date at each later one', async () => {
    const { people } = await open();
    const first = await people.signedIn(login('ada', { name: 'Ada', email: 'ada@example.com' }), {
      permissions: ['read'],
      roles: ['user'],
    });
    expect(first).toMatchObject({ issuer, subject: 'ada', username: null, name: 'Ada', disabled: false });
    expect(first).toMatchObject({
      permissions: ['read'],
      roles: ['user'],
      createdAt: 1000,
      lastLoginAt: 1000,
    });
    await people.change(first.id, { permissions: ['write'], profile: { theme: 'dark' } }, 'admin', 1500);
    const later = await people.signedIn(login('ada', { name: 'Ada L.' }, 2000), least);
    expect(later).toMatchObject({ id: first.id, name: 'Ada L.', email: 'ada@example.com' });
    expect(later).toMatchObject({ permissions: ['write'], roles: ['user'], profile: { theme: 'dark' } });
    expect(later).toMatchObject({ createdAt: 1000, lastLoginAt: 2000 });
    await people.signedIn(login('ada', {}, 1800), least);
    expect((await people.find(first.id))?.lastLoginAt).toBe(2000);
    expect(await people.count()).toBe(1);
  });

  it('are one person when they sign in twenty times at once for the first time', async () => {
    const { people } = await open();
    const all = await Promise.all(Array.from({ length: 20 }, () => people.signedIn(login('ada'), least)));
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    expect(await people.count()).toBe(1);
  });

  it('are told apart by issuer and by each letter of the subject', async () => {
    const { people } = await open();
    await people.signedIn(login('ada'), least);
    await people.signedIn(login('Ada'), least);
    await people.signedIn({ ...login('ada'), issuer: 'https://other.example' }, least);
    expect(await people.count()).toBe(3);
    expect((await people.findByKey({ issuer, subject: 'Ada' }))?.subject).toBe('Ada');
    for (const subject of ['ADA', 'ada ', '%', "' OR 1=1 --", 'ada\0', '']) {
      expect(await people.findByKey({ issuer, subject }), subject).toBeNull();
    }
  });

  it.each(['half a character \ud800', 'a\0b', '', 'x'.repeat(1001)])(
    'are refused with a subject that cannot be kept exactly (%#)',
    async (subject) => {
      const { people } = await open();
      await expect(people.signedIn(login(subject), least)).rejects.toMatchObject({
        code: 'request_malformed',
      });
      expect(await people.count()).toBe(0);
    },
  );

  it('AD-14b: come back after their deletion as somebody new, with the rights of somebody new', async () => {
    const { people } = await open();
    const before = await people.signedIn(login('ada'), { permissions: ['admin'], roles: ['boss'] });
    await people.create(account('other', { permissions: ['admin'] }), 1);
    expect(await people.remove(before.id, 'admin')).toBe(true);
    expect(await people.find(before.id)).toBeNull();
    const after = await people.signedIn(login('ada'), least);
    expect(after.id).not.toBe(before.id);
    expect(after).toMatchObject({ permissions: [], roles: [], profile: {} });
  });

  it('are not changed by a login while they are disabled', async () => {
    const { people } = await open();
    const { id } = await people.signedIn(login('ada', { name: 'Ada' }), least);
    await people.change(id, { disabled: true }, 'admin', 1500);
    const refused = await people.signedIn(login('ada', { name: 'Eve' }, 9000), least);
    expect(refused).toMatchObject({ id, disabled: true, name: 'Ada', lastLoginAt: 1000 });
  });

  it('do not come into being by a login to an account that was deleted here', async () => {
    const { people } = await open();
    const { id } = await people.create(account('ada'), 1);
    await people.remove(id, 'admin');
    const back = { issuer: localIssuer, subject: id, claims: {}, at: 5 };
    await expect(people.signedIn(back, least)).rejects.toMatchObject({ code: 'account_disabled' });
    expect(await people.count()).toBe(0);
  });

  it('with an account here have their id as subject', async () => {
    const { people } = await open();
    const ada = await people.create(
      account(' Ada ', { name: ' Ada L. ', email: 'a@b.c', profile: { a: 1 } }),
      7,
    );
    expect(ada).toMatchObject({ issuer: localIssuer, subject: ada.id, username: 'Ada', name: 'Ada L.' });
    expect(ada).toMatchObject({ email: 'a@b.c', profile: { a: 1 }, createdAt: 7, lastLoginAt: null });
    expect(await people.find(ada.id)).toEqual(ada);
    const signedIn = await people.signedIn(
      { ...login(ada.id), issuer: localIssuer },
      { permissions: ['x'], roles: [] },
    );
    expect(signedIn).toMatchObject({ id: ada.id, permissions: [], lastLoginAt: 1000 });
  });

  it.each([
    ['ada', 'ADA'],
    ['ada', '  ada'],
    ['ﬁnn', 'finn'],
    ['ÉVA', 'e\u0301va'],
    ['ada', 'ａｄａ'],
  ])('cannot have the user name %s when somebody has it as %s', async (first, second) => {
    const { people } = await open();
    await people.create(account(first), 1);
    await expect(people.create(account(second), 2)).rejects.toMatchObject({ code: 'username_taken' });
    expect((await people.findByUsername(second))?.username).toBe(
      (await people.findByUsername(first))?.username,
    );
    expect(await people.count()).toBe(1);
  });

  it('get a user name once when ten ask for it at once', async () => {
    const { people } = await open();
    const asked = Array.from({ length: 10 }, (_, index) =>
      people.create(account(index % 2 ? 'ada' : 'ADA'), 1),
    );
    const settled = await Promise.allSettled(asked);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it.each(['', '  ', 'a\u0000b', 'a\nb', 'a\u200bb', 'a\u202eb', 'x'.repeat(201), '\ud800'])(
    'cannot have a user name that nobody can read (%#)',
    async (username) => {
      const { people } = await open();
      await expect(people.create(account(username), 1)).rejects.toMatchObject({ code: 'request_malformed' });
      expect(await people.findByUsername(username)).toBeNull();
    },
  );

  it('keep a profile as it is, without what reaches a prototype, and refuse one that is too large', async () => {
    const { people } = await open();
    const profile = JSON.parse(
      '{"a":[1,null,{"ü":"\\u0000 \\" \\\\"}],"__proto__":{"isAdmin":true},"b":{"constructor":1}}',
    );
    const { id } = await people.create(account('ada', { profile }), 1);
    const kept = (await people.find(id))?.profile ?? {};
    expect(kept).toEqual({ a: [1, null, { ü: '\0 " \\' }], b: {} });
    expect(Object.keys(kept)).toEqual(['a', 'b']);
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
    const large = { text: 'é'.repeat(8200) };
    await expect(people.change(id, { profile: large }, 'admin', 2)).rejects.toMatchObject({ status: 413 });
    expect((await people.find(id))?.profile).toEqual(kept);
  });

  it('are changed in what is named alone', async () => {
    const { people } = await open();
    const made = await people.create(account('ada', { name: 'Ada', email: 'a@b.c', roles: ['r'] }), 1);
    const changed = await people.change(made.id, { name: null, permissions: ['b', 'a', 'b'] }, 'admin', 2);
    expect(changed).toEqual({ ...made, name: null, permissions: ['b', 'a'], updatedAt: 2 });
    expect(await people.find(made.id)).toEqual(changed);
    expect(await people.change('nobody', { name: 'x' }, 'admin', 3)).toBeNull();
    expect(await people.remove('nobody', 'admin')).toBe(false);
    expect(await people.find('a\0b')).toBeNull();
  });

  it('are refused a permission that is no name', async () => {
    const { people } = await open();
    const { id } = await people.create(account('ada'), 1);
    for (const name of ['', 'a\0b', 'a\nb', 'x'.repeat(201)]) {
      const change = people.change(id, { permissions: ['ok', name] }, 'admin', 2);
      await expect(change).rejects.toMatchObject({ code: 'request_malformed' });
    }
    expect((await people.find(id))?.permissions).toEqual([]);
  });
});
