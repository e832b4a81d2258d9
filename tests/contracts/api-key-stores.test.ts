// What a store of API keys must do: one suite for those in memory, in a file and in the directory's databases.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { embeddedApiKeys, memoryApiKeys } from '../../src/embedded.ts';
import type { ApiKeyRecord, ApiKeyStore } from '../../src/index.ts';
import { directoryWorld } from '../support/directory-kinds.ts';

const folder = mkdtempSync(join(tmpdir(), 'latchkey-api-keys-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const freshFile = () => join(folder, 'deep', `keys-${crypto.randomUUID()}.sqlite`);

const directory = directoryWorld();
const kinds: [string, () => Promise<ApiKeyStore>][] = [
  ['memory', async () => memoryApiKeys()],
  ['embedded', async () => embeddedApiKeys(freshFile())],
  ...directory.databases.map(([name, place]): [string, () => Promise<ApiKeyStore>] => [
    name,
    async () => (await directory.open(await place())).apiKeys,
  ]),
];
const ada = { issuer: 'https://op.example', subject: 'ada' };

const recordOf = (id: string, more: Partial<ApiKeyRecord> = {}): ApiKeyRecord => ({
  id,
  name: 'Ünïcode "key" 🗝',
  owner: ada,
  permissions: ['reports:read', "it's"],
  roles: ['robot'],
  scope: ['reports'],
  tenant: 'north',
  createdAt: 1_800_000_000_000,
  expiresAt: 1_900_000_000_000,
  revokedAt: null,
  lastUsedAt: null,
  ...more,
});

describe.each(kinds)('API keys in %s', (_kind, open) => {
  it('are found by their digest alone, as they were given', async () => {
    const store = await open();
    const record = recordOf('a');
    await store.insert('digest-a', record);
    expect(await store.find('digest-a')).toEqual(record);
    for (const other of ['', 'digest', 'digest-A', 'digest-a ', "' OR 1=1 --", 'a', '%']) {
      expect(await store.find(other), other).toBeNull();
    }
    await store.close();
  });

  it('keep what is null as null', async () => {
    const store = await open();
    const record = recordOf('a', { owner: null, tenant: null, expiresAt: null, permissions: [] });
    await store.insert('d', record);
    expect(await store.find('d')).toEqual(record);
    await store.close();
  });

  it('are not changed by what the caller does with its lists later', async () => {
    const store = await open();
    const permissions = ['one'];
    await store.insert('d', recordOf('a', { permissions }));
    permissions.push('admin');
    expect((await store.find('d'))?.permissions).toEqual(['one']);
    await store.close();
  });

  it.each([
    ['digest', 'd', 'b'],
    ['id', 'e', 'a'],
  ])('are refused with a %s that is there already', async (_what, digest, id) => {
    const store = await open();
    await store.insert('d', recordOf('a'));
    await expect(store.insert(digest, recordOf(id, { name: 'other' }))).rejects.toThrow();
    expect((await store.find('d'))?.name).toBe(recordOf('a').name);
    expect(await store.list(ada)).toHaveLength(1);
    await store.close();
  });

  it('are listed for their owner alone, the newest first, revoked ones too', async () => {
    const store = await open();
    await store.insert('1', recordOf('old', { createdAt: 1 }));
    await store.insert('2', recordOf('new', { createdAt: 2 }));
    await store.insert('3', recordOf('elsewhere', { owner: { ...ada, issuer: 'https://other.example' } }));
    await store.insert('4', recordOf('nobody', { owner: null }));
    await store.revoke('old', 5);
    expect((await store.list(ada)).map(({ id, revokedAt }) => [id, revokedAt])).toEqual([
      ['new', null],
      ['old', 5],
    ]);
    expect((await store.list(null)).map(({ id }) => id)).toEqual(['nobody']);
    expect(await store.list({ ...ada, subject: 'bob' })).toEqual([]);
    await store.close();
  });

  it('are revoked for good, once, and say which digest that was', async () => {
    const store = await open();
    await store.insert('d', recordOf('a'));
    expect(await store.revoke('a', 10)).toBe('d');
    expect(await store.revoke('a', 20)).toBe('d');
    expect((await store.find('d'))?.revokedAt).toBe(10);
    expect(await store.revoke('unknown', 10)).toBeNull();
    await store.close();
  });

  it('note when they were used, and never set that back', async () => {
    const store = await open();
    await store.insert('d', recordOf('a'));
    await store.noteUse('a', 20);
    await store.noteUse('a', 10);
    await store.noteUse('unknown', 30);
    expect((await store.find('d'))?.lastUsedAt).toBe(20);
    expect((await store.find('d'))?.revokedAt).toBeNull();
    await store.close();
  });

  it('say that they are there', async () => {
    const store = await open();
    await expect(store.ping()).resolves.toBeUndefined();
    await store.close();
  });

  it('can be closed twice', async () => {
    const store = await open();
    await store.close();
    await store.close();
  });
});

describe('API keys in a file', () => {
  it('survive a restart, and are seen by another process at once', async () => {
    const path = freshFile();
    const first = embeddedApiKeys(path);
    const second = embeddedApiKeys(path);
    await first.insert('d', recordOf('a'));
    expect(await second.find('d')).toEqual(recordOf('a'));
    await second.revoke('a', 7);
    expect((await first.find('d'))?.revokedAt).toBe(7);
    await first.close();
    await second.close();
    const third = embeddedApiKeys(path);
    expect((await third.find('d'))?.revokedAt).toBe(7);
    await third.close();
  });

  it('can be read by the owner of the file alone', async () => {
    const path = freshFile();
    const store = embeddedApiKeys(path);
    await store.insert('d', recordOf('a'));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await store.close();
  });

  it('are an outage when they cannot be read, and never "no such key"', async () => {
    const path = freshFile();
    const store = embeddedApiKeys(path);
    await store.insert('d', recordOf('a'));
    const database = new DatabaseSync(path);
    database.prepare("UPDATE api_keys SET record = '{}'").run();
    database.close();
    await expect(store.find('d')).rejects.toMatchObject({ code: 'store_unavailable' });
    await store.close();
    for (const call of [
      store.ping(),
      store.find('d'),
      store.list(ada),
      store.revoke('a', 1),
      store.noteUse('a', 1),
    ]) {
      await expect(call).rejects.toMatchObject({ code: 'store_unavailable' });
    }
  });
});
