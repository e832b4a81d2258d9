// A refresh writes in one step or not at all, and nothing slow undoes it: one suite for Redis in its three forms, the file and memory.
import type { SessionData } from 'express-session';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { type RedisPlaces, startRedisPlaces } from '../support/redis-places.ts';
import {
  limits,
  openEmbeddedStore,
  openRedisPlace,
  openRedisStore,
  type StoreUnderTest,
  sessionOf,
} from '../support/session-store-kinds.ts';

let redis: TestRedis;
let places: RedisPlaces;
beforeAll(async () => {
  [redis, places] = await Promise.all([startRedis(), startRedisPlaces()]);
});
afterAll(async () => {
  await Promise.all([redis.stop(), places.stop()]);
});

const kinds: [string, () => Promise<StoreUnderTest>][] = [
  ['redis', () => openRedisStore(redis)],
  ['redis behind Sentinel', () => openRedisPlace(places.sentinel)],
  ['redis as a cluster', () => openRedisPlace(places.cluster)],
  ['embedded', () => openEmbeddedStore('file')],
  ['memory', () => openEmbeddedStore('memory')],
];

type Part = NonNullable<SessionData['latchkey']>;
const partOf = (startedAt: number, subject: string): Part =>
  ({ startedAt, subject, name: 'Ünïcode 🗝' }) as unknown as Part;
const app = { cart: ['ünï "quoted"', '🗝'] };

const begin = async (store: StoreUnderTest): Promise<SessionData> => {
  const session = sessionOf(store.now(), app);
  await store.stores.records.insert('a', session);
  await store.stores.vault.write('a', 'first', limits.idleSeconds);
  return session;
};

describe.each(kinds)('a refresh that is written in %s', (_kind, open) => {
  it('replaces latchkey’s part and the vault, and keeps what the app has', async () => {
    await using store = await open();
    const { records, vault } = store.stores;
    const session = await begin(store);
    const seenAt = store.now();
    await store.fastForward(5);
    const latchkey = partOf(seenAt, 'ada, refreshed');
    expect(await records.renew('a', { latchkey, sealed: 'second:with:colons', version: 0 })).toBe(true);
    expect(await records.read('a')).toEqual({ ...session, latchkey, seenAt });
    expect(await vault.read('a')).toEqual({ sealed: 'second:with:colons', version: 1 });
    expect(await records.renew('a', { latchkey, sealed: 'third', version: 1 })).toBe(true);
    expect(await vault.read('a')).toEqual({ sealed: 'third', version: 2 });
  });

  it('gives neither of the two a longer life', async () => {
    await using store = await open();
    const { records, vault } = store.stores;
    await begin(store);
    await store.fastForward(limits.idleSeconds - 1);
    await records.renew('a', { latchkey: partOf(store.now(), 'ada'), sealed: 'second', version: 0 });
    expect(await vault.read('a')).not.toBeNull();
    expect(await records.read('a')).not.toBeNull();
    await store.fastForward(1);
    expect(await vault.read('a')).toBeNull();
    expect(await records.read('a')).toBeNull();
    expect(await store.keys()).toEqual([]);
  });

  it.each([1, 7, -1])('changes nothing where the vault has another version than %i', async (version) => {
    await using store = await open();
    const { records, vault } = store.stores;
    const session = await begin(store);
    const latchkey = partOf(store.now(), 'eve');
    expect(await records.renew('a', { latchkey, sealed: 'late', version })).toBe(false);
    expect(await records.read('a')).toEqual({ ...session, seenAt: store.now() });
    expect(await vault.read('a')).toEqual({ sealed: 'first', version: 0 });
  });

  it('counts as written when the very same one arrives again, and another one with its version does not', async () => {
    await using store = await open();
    const { records, vault } = store.stores;
    await begin(store);
    const latchkey = partOf(store.now(), 'ada, refreshed');
    const renewal = { latchkey, sealed: 'second', version: 0 };
    expect(await records.renew('a', renewal)).toBe(true);
    expect(await records.renew('a', renewal)).toBe(true);
    expect(await vault.read('a')).toEqual({ sealed: 'second', version: 1 });
    expect(await records.renew('a', { ...renewal, sealed: 'of another' })).toBe(false);
    await records.renew('a', { ...renewal, sealed: 'third', version: 1 });
    expect(await records.renew('a', renewal)).toBe(false);
    expect(await vault.read('a')).toEqual({ sealed: 'third', version: 2 });
  });

  it.each(['record', 'vault', 'both'])('writes nothing where the %s is gone', async (what) => {
    await using store = await open();
    const { records, vault } = store.stores;
    await begin(store);
    if (what !== 'vault') await records.remove('a');
    if (what !== 'record') await vault.remove('a');
    const before = await store.keys();
    const latchkey = partOf(store.now(), 'ada');
    expect(await records.renew('a', { latchkey, sealed: 'late', version: 0 })).toBe(false);
    expect(await store.keys()).toEqual(before);
    expect((await vault.read('a'))?.sealed).toBe(what === 'record' ? 'first' : undefined);
    expect(await records.read('a')).toEqual(what === 'vault' ? expect.anything() : null);
  });

  it('writes nothing where the session has run out', async () => {
    await using store = await open();
    const { records } = store.stores;
    await begin(store);
    await store.fastForward(limits.idleSeconds);
    const latchkey = partOf(store.now(), 'ada');
    expect(await records.renew('a', { latchkey, sealed: 'late', version: 0 })).toBe(false);
    expect(await store.keys()).toEqual([]);
  });

  it('is written once, of any number that began with the same version', async () => {
    await using store = await open();
    await begin(store);
    const nodes = [store.stores, store.open() ?? store.stores];
    const latchkey = partOf(store.now(), 'ada');
    const written = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        nodes[index % 2]?.records.renew('a', { latchkey, sealed: `from ${index}`, version: 0 }),
      ),
    );
    expect(written.filter((won) => won === true)).toHaveLength(1);
    const winner = written.indexOf(true);
    expect(await store.stores.vault.read('a')).toEqual({ sealed: `from ${winner}`, version: 1 });
  });

  it('stays when a slow request writes what the app keeps, and only that is written', async () => {
    await using store = await open();
    const { records, vault } = store.stores;
    const session = await begin(store);
    const latchkey = partOf(store.now(), 'ada, refreshed and with a much longer name than before');
    await records.renew('a', { latchkey, sealed: 'second', version: 0 });
    await records.update('a', { ...session, ...{ cart: ['late 🗝'] } });
    expect(await records.read('a')).toEqual({
      ...session,
      cart: ['late 🗝'],
      latchkey,
      seenAt: store.now(),
    });
    expect(await vault.read('a')).toEqual({ sealed: 'second', version: 1 });
  });

  it('is never begun by an update: a session of the app’s own stays without latchkey’s part', async () => {
    await using store = await open();
    const { records } = store.stores;
    const { latchkey: _, ...own } = sessionOf(store.now(), app);
    await records.insert('b', own as SessionData);
    await records.update('b', sessionOf(store.now(), { cart: ['new'] }));
    expect(await records.read('b')).toEqual({ ...own, cart: ['new'], seenAt: store.now() });
  });
});
