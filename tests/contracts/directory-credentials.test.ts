// Passwords, login tokens, keys of people and the long audit trail: memory, SQLite and PostgreSQL.
import { describe, expect, it } from 'vitest';
import type { ApiKeyRecord } from '../../src/index.ts';
import type { AuditEntry } from '../../src/machine.ts';
import { directoryWorld } from '../support/directory-kinds.ts';

const { kinds } = directoryWorld();
const least = { permissions: [], roles: [] } as const;
const keyOf = (id: string, owner: ApiKeyRecord['owner']): ApiKeyRecord => ({
  ...{ id, name: 'key', owner, permissions: [], roles: [], scope: ['s'], tenant: null },
  ...{ createdAt: 1, expiresAt: null, revokedAt: null, lastUsedAt: null },
});
const entry = (id: string, at: number): AuditEntry => ({
  ...{ id, at: new Date(at).toISOString(), tenant: null, sentBy: null, severity: 'Info', action: 'a' },
  ...{ actor: null, resource: null, description: null, ip: null, data: null },
});

describe.each(kinds)('in %s', (_kind, open) => {
  it('a password is replaced whole, and a rehash gives way to a change that came in between', async () => {
    const { people, passwords } = await open();
    const { id: personId } = await people.create({ username: 'ada', ...least }, 1);
    expect(await passwords.find(personId)).toBeNull();
    await passwords.set({ personId, hash: 'one', temporary: true, changedAt: 1 });
    expect((await people.find(personId))?.mustChangePassword).toBe(true);
    await passwords.set({ personId, hash: 'two', temporary: false, changedAt: 2 });
    await passwords.rehash(personId, 'one', 'stale');
    expect(await passwords.find(personId)).toEqual({ personId, hash: 'two', temporary: false, changedAt: 2 });
    await passwords.rehash(personId, 'two', 'three');
    expect(await passwords.find(personId)).toMatchObject({ hash: 'three', changedAt: 2 });
    expect((await people.findByUsername('ada'))?.mustChangePassword).toBe(false);
    expect(JSON.stringify(await people.find(personId))).not.toContain('three');
  });

  it('login tokens go one by one, all but one, and when they have expired', async () => {
    const { people, loginTokens } = await open();
    const { id: personId } = await people.create({ username: 'ada', ...least }, 1);
    for (const [digest, expiresAt] of [
      ['a', 10],
      ['b', 20],
      ['c', 30],
      ['d', 40],
    ] as const) {
      await loginTokens.add(digest, { personId, createdAt: 1, expiresAt });
    }
    expect(await loginTokens.find('a')).toEqual({ personId, createdAt: 1, expiresAt: 10 });
    expect(await loginTokens.sweep(10)).toBe(1);
    expect(await loginTokens.find('a')).toBeNull();
    await loginTokens.remove('b');
    expect(await loginTokens.find('b')).toBeNull();
    await loginTokens.removeAll(personId, 'c');
    expect([await loginTokens.find('c'), await loginTokens.find('d')]).toMatchObject([
      { expiresAt: 30 },
      null,
    ]);
    await loginTokens.removeAll(personId);
    expect(await loginTokens.find('c')).toBeNull();
  });

  it('LO-15a: login tokens are gone at once when their person is disabled, and stay so when they are enabled', async () => {
    const { people, loginTokens } = await open();
    const [ada, ben] = await Promise.all(
      ['ada', 'ben'].map((username) => people.create({ username, ...least }, 1)),
    );
    const add = (digest: string, personId = '') =>
      loginTokens.add(digest, { personId, createdAt: 1, expiresAt: 90 });
    const change = (disabled: boolean) => people.change(ada?.id ?? '', { disabled }, 'admin', 2);
    await add('a', ada?.id);
    await add('of ben', ben?.id);
    await people.change(ada?.id ?? '', { name: 'Ada', permissions: ['read'] }, 'admin', 2);
    await change(false);
    expect(await loginTokens.find('a')).not.toBeNull();
    await change(true);
    expect(await loginTokens.find('a')).toBeNull();
    // A login that was under way while she was disabled.
    await add('late', ada?.id);
    await change(false);
    expect(await loginTokens.find('late')).toBeNull();
    await add('anew', ada?.id);
    await change(false);
    expect(await loginTokens.find('anew')).not.toBeNull();
    expect(await loginTokens.find('of ben')).not.toBeNull();
  });

  it('LO-15b: password, tokens and keys go with the person, and none can be made for them afterwards', async () => {
    const { people, passwords, loginTokens, apiKeys } = await open();
    const person = await people.create({ username: 'ada', ...least }, 1);
    const { id: personId, issuer, subject } = person;
    const password = { personId, hash: 'h', temporary: false, changedAt: 1 };
    const token = { personId, createdAt: 1, expiresAt: 9 };
    await passwords.set(password);
    await loginTokens.add('t', token);
    await apiKeys.insert('k', keyOf('1', { issuer, subject }));
    expect(await people.remove(personId, 'admin')).toBe(true);
    expect(await passwords.find(personId)).toBeNull();
    expect(await loginTokens.find('t')).toBeNull();
    expect(await apiKeys.find('k')).toBeNull();
    expect(await apiKeys.list({ issuer, subject })).toEqual([]);
    expect(await apiKeys.revoke('1', 5)).toBeNull();
    await expect(passwords.set(password)).rejects.toMatchObject({ code: 'not_found' });
    await expect(loginTokens.add('u', token)).rejects.toMatchObject({ code: 'not_found' });
    await apiKeys.insert('late', keyOf('2', { issuer, subject }));
    expect(await apiKeys.find('late')).toBeNull();
  });

  it('AD-16c: a key has at most the rights that its person has at the moment, and none while they are disabled', async () => {
    const { people, apiKeys } = await open();
    const { id, issuer, subject } = await people.signedIn(
      { issuer: 'https://op.example', subject: 'ada', claims: {}, at: 1 },
      { permissions: ['read'], roles: ['user'] },
    );
    const owner = { issuer, subject };
    await apiKeys.insert('k', keyOf('1', owner));
    await apiKeys.insert('narrow', { ...keyOf('2', owner), permissions: ['read', 'admin'], createdAt: 2 });
    expect(await apiKeys.find('k')).toEqual({ ...keyOf('1', owner), permissions: ['read'], roles: ['user'] });
    expect(await apiKeys.find('narrow')).toMatchObject({ permissions: ['read'], roles: [] });
    await people.change(id, { permissions: ['write'], roles: ['boss'] }, 'admin', 2);
    expect(await apiKeys.find('k')).toMatchObject({ permissions: ['write'], roles: ['boss'] });
    expect(await apiKeys.find('narrow')).toMatchObject({ permissions: [], roles: [] });
    expect(await apiKeys.list(owner)).toMatchObject([
      { id: '2', permissions: [], revokedAt: null },
      { id: '1', permissions: ['write'], revokedAt: null },
    ]);
    await people.change(id, { disabled: true }, 'admin', 7);
    expect((await apiKeys.find('k'))?.revokedAt).toBe(7);
    await people.change(id, { disabled: false }, 'admin', 8);
    expect((await apiKeys.find('k'))?.revokedAt).toBeNull();
    await apiKeys.revoke('1', 9);
    await people.change(id, { disabled: true }, 'admin', 10);
    expect((await apiKeys.find('k'))?.revokedAt).toBe(9);
  });

  it('the audit trail is read as a whole in the order it came, without what comes meanwhile', async () => {
    const { audit } = await open();
    await Promise.all(Array.from({ length: 501 }, (_, index) => audit.add(entry(`e${index}`, 1000 + index))));
    const seen = new Set<string>();
    for await (const { id } of audit.all({ from: 1001 })) {
      if (seen.size === 0) await audit.add(entry('late', 5000));
      seen.add(id);
    }
    expect([seen.size, seen.has('late'), seen.has('e0')]).toEqual([500, false, false]);
    expect(await audit.sweep(1499)).toBe(499);
    expect(await audit.sweep(1499)).toBe(0);
    expect(await audit.count({})).toBe(3);
  });

  it('the audit trail finds nothing across two texts of an entry, and takes any question', async () => {
    const { audit } = await open();
    await audit.add({ ...entry('1', 1), actor: 'ada', action: 'É' });
    for (const text of ['adaé', 'ada\u0001é', '\0', '%', 'x'])
      expect(await audit.count({ text }), text).toBe(0);
    expect(await audit.count({ text: 'é' })).toBe(1);
    expect(await audit.count({ actor: '\0' })).toBe(0);
  });
});
