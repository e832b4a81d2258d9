// The storage of the local provider, one suite for every adapter.
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import {
  type EntryToStore,
  type LocalProviderStorage,
  memoryProviderStorage,
} from '../../src/local-provider.ts';
import { embeddedProviderStorage } from '../../src/stores/embedded-provider-storage.ts';

type MakeStorage = (clock: () => number) => LocalProviderStorage;

const adapters: [string, MakeStorage][] = [
  ['memory', (clock) => memoryProviderStorage({ clock })],
  ['embedded', (clock) => embeddedProviderStorage(new DatabaseSync(':memory:'), clock)],
];

const start = Date.UTC(2026, 0, 1);
const entry = (given: Partial<EntryToStore> = {}): EntryToStore => ({
  payload: { accountId: 'ada' },
  expiresInSeconds: 60,
  grantId: null,
  uid: null,
  userCode: null,
  ...given,
});

const make = (makeStorage: MakeStorage) => {
  let time = start;
  const fastForward = (seconds: number): void => {
    time += seconds * 1000;
  };
  return { storage: makeStorage(() => time), fastForward };
};

describe.each(adapters)('local provider storage: %s', (_name, makeStorage) => {
  it('gives back what was written, unchanged by what happens to the object later', async () => {
    const { storage } = make(makeStorage);
    const payload = { accountId: 'ada', nested: { list: [1, 'two', null] }, text: '"; DROP TABLE x; — ünï' };
    await storage.put('Session', 'a', entry({ payload }));
    payload.nested.list.push('later');
    const read = await storage.get('Session', 'a');
    expect(read?.payload).toEqual({ ...payload, nested: { list: [1, 'two', null] } });
    expect(read?.consumedAt).toBeNull();
  });

  it('keeps models apart although their ids are the same', async () => {
    const { storage } = make(makeStorage);
    await storage.put('Session', 'a', entry({ payload: { kind: 'session' } }));
    await storage.put('Grant', 'a', entry({ payload: { kind: 'grant' } }));
    await storage.delete('Grant', 'a');
    expect((await storage.get('Session', 'a'))?.payload).toEqual({ kind: 'session' });
    expect(await storage.get('Grant', 'a')).toBeNull();
  });

  it('says absent for what was never there, and forgives deleting and revoking it', async () => {
    const { storage } = make(makeStorage);
    expect(await storage.get('Session', 'x')).toBeNull();
    expect(await storage.getByUid('Session', 'x')).toBeNull();
    expect(await storage.getByUserCode('DeviceCode', 'x')).toBeNull();
    expect(await storage.consume('RefreshToken', 'x')).toBe(false);
    await storage.delete('Session', 'x');
    await storage.revokeByGrantId('x');
  });

  it('forgets an entry at the moment it expires', async () => {
    const { storage, fastForward } = make(makeStorage);
    await storage.put('RefreshToken', 'a', entry({ expiresInSeconds: 60, uid: 'u', userCode: 'c' }));
    fastForward(59);
    expect(await storage.get('RefreshToken', 'a')).not.toBeNull();
    fastForward(1);
    expect(await storage.get('RefreshToken', 'a')).toBeNull();
    expect(await storage.getByUid('RefreshToken', 'u')).toBeNull();
    expect(await storage.getByUserCode('RefreshToken', 'c')).toBeNull();
    expect(await storage.consume('RefreshToken', 'a')).toBe(false);
  });

  it('keeps an entry without an expiry', async () => {
    const { storage, fastForward } = make(makeStorage);
    await storage.put('Grant', 'a', entry({ expiresInSeconds: null }));
    fastForward(100 * 365 * 24 * 3600);
    expect(await storage.get('Grant', 'a')).not.toBeNull();
  });

  it('extends an entry that is written again', async () => {
    const { storage, fastForward } = make(makeStorage);
    await storage.put('Session', 'a', entry());
    fastForward(50);
    await storage.put('Session', 'a', entry({ payload: { second: true } }));
    fastForward(50);
    expect((await storage.get('Session', 'a'))?.payload).toEqual({ second: true });
  });

  it('finds a session by its uid after its id has changed', async () => {
    const { storage } = make(makeStorage);
    await storage.put('Session', 'old', entry({ uid: 'u', payload: { from: 'old' } }));
    await storage.put('Session', 'new', entry({ uid: 'u', payload: { from: 'new' } }));
    expect((await storage.getByUid('Session', 'u'))?.payload).toEqual({ from: 'new' });
    await storage.delete('Session', 'old');
    expect((await storage.getByUid('Session', 'u'))?.payload).toEqual({ from: 'new' });
    expect(await storage.getByUid('Interaction', 'u')).toBeNull();
  });

  it('finds an entry by its user code', async () => {
    const { storage } = make(makeStorage);
    await storage.put('DeviceCode', 'a', entry({ userCode: 'ABCD', payload: { code: 'a' } }));
    expect((await storage.getByUserCode('DeviceCode', 'ABCD'))?.payload).toEqual({ code: 'a' });
  });

  it('lets exactly one of many simultaneous requests use a token', async () => {
    const { storage } = make(makeStorage);
    await storage.put('RefreshToken', 'a', entry());
    const all = await Promise.all(Array.from({ length: 20 }, () => storage.consume('RefreshToken', 'a')));
    expect(all.filter((won) => won)).toHaveLength(1);
  });

  it('still knows a used token, so that a thief who uses it again is noticed', async () => {
    const { storage, fastForward } = make(makeStorage);
    await storage.put('RefreshToken', 'a', entry());
    expect(await storage.consume('RefreshToken', 'a')).toBe(true);
    fastForward(10);
    expect(await storage.consume('RefreshToken', 'a')).toBe(false);
    expect((await storage.get('RefreshToken', 'a'))?.consumedAt).toBe(start / 1000);
  });

  it('is unused again when it is written anew', async () => {
    const { storage } = make(makeStorage);
    await storage.put('PushedAuthorizationRequest', 'a', entry());
    await storage.consume('PushedAuthorizationRequest', 'a');
    await storage.put('PushedAuthorizationRequest', 'a', entry());
    expect((await storage.get('PushedAuthorizationRequest', 'a'))?.consumedAt).toBeNull();
  });

  it('takes the whole family away when a grant is revoked, used tokens included, and nothing else', async () => {
    const { storage } = make(makeStorage);
    await storage.put('RefreshToken', 'used', entry({ grantId: 'g' }));
    await storage.consume('RefreshToken', 'used');
    await storage.put('RefreshToken', 'fresh', entry({ grantId: 'g' }));
    await storage.put('AccessToken', 'access', entry({ grantId: 'g' }));
    await storage.put('AccessToken', 'other', entry({ grantId: 'h' }));
    await storage.put('Interaction', 'bystander', entry({ payload: { grantId: 'g' } }));
    await storage.revokeByGrantId('g');
    expect(await storage.get('RefreshToken', 'used')).toBeNull();
    expect(await storage.get('RefreshToken', 'fresh')).toBeNull();
    expect(await storage.get('AccessToken', 'access')).toBeNull();
    expect(await storage.get('AccessToken', 'other')).not.toBeNull();
    expect(await storage.get('Interaction', 'bystander')).not.toBeNull();
  });

  it('goes on working through thousands of writes that sweep what has expired', async () => {
    const { storage, fastForward } = make(makeStorage);
    await storage.put('Session', 'kept', entry({ expiresInSeconds: 1000 }));
    for (let round = 0; round < 1200; round += 1)
      await storage.put('Interaction', `i${round}`, entry({ expiresInSeconds: 1 }));
    fastForward(2);
    for (let round = 0; round < 600; round += 1) await storage.put('Interaction', `j${round}`, entry());
    expect(await storage.get('Session', 'kept')).not.toBeNull();
    expect(await storage.get('Interaction', 'i1199')).toBeNull();
    expect(await storage.get('Interaction', 'j599')).not.toBeNull();
  });
});

describe('local provider storage: what belongs to one adapter', () => {
  it('memory: stays within its bound when strangers begin sign-ins without end', async () => {
    const storage = memoryProviderStorage({ maxEntries: 10 });
    for (let round = 0; round < 50; round += 1) await storage.put('Interaction', `i${round}`, entry());
    expect(await storage.get('Interaction', 'i0')).toBeNull();
    expect(await storage.get('Interaction', 'i39')).toBeNull();
    expect(await storage.get('Interaction', 'i40')).not.toBeNull();
  });

  it('embedded: a person who signed in before a restart is still known, and expired rows are gone from the file', async () => {
    const database = new DatabaseSync(':memory:');
    const first = embeddedProviderStorage(database, () => start);
    await first.put('Session', 'a', entry({ expiresInSeconds: 100 }));
    await first.put('Interaction', 'b', entry({ expiresInSeconds: 10 }));
    const second = embeddedProviderStorage(database, () => start + 50_000);
    expect(await second.get('Session', 'a')).not.toBeNull();
    await second.put('Session', 'c', entry());
    const rows = database.prepare('SELECT id FROM provider_entries ORDER BY id').all();
    expect(rows.map((row) => row.id)).toEqual(['a', 'c']);
  });
});
