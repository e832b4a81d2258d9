// Where sessions live: one suite for Redis in its three forms, the embedded file and memory.
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
const shared = kinds.filter(([kind]) => kind !== 'memory');

describe.each(kinds)('session records in %s', (kind, open) => {
  it('says what it is and answers', async () => {
    await using store = await open();
    expect(store.stores.kind).toBe(kind.split(' ')[0]);
    await expect(store.stores.ping()).resolves.toBeUndefined();
  });

  it('gives back what was inserted, with when it was seen, and nothing for another id', async () => {
    await using store = await open();
    const { records } = store.stores;
    const session = sessionOf(store.now(), { cart: ['ünï "quoted"', { deep: [null, 1] }], seenAt: 5 });
    await records.insert('a', session);
    expect(await records.read('a')).toEqual({ ...session, seenAt: store.now() });
    expect(await records.read('b')).toBeNull();
    expect(await records.read('')).toBeNull();
  });

  it('keeps nothing of a session that is over when it is inserted', async () => {
    await using store = await open();
    await store.stores.records.insert('a', sessionOf(store.now() - limits.absoluteSeconds * 1000));
    expect(await store.stores.records.read('a')).toBeNull();
    expect(await store.keys()).toEqual([]);
  });

  it('updates what is there, and gives record and vault a new lease by it', async () => {
    await using store = await open();
    const { records, vault } = store.stores;
    await records.insert('a', sessionOf(store.now()));
    await vault.write('a', 'sealed', limits.idleSeconds);
    await store.fastForward(60);
    const changed = sessionOf(store.now() - 60_000, { cart: ['new'] });
    await records.update('a', changed);
    await store.fastForward(60);
    expect(await records.read('a')).toEqual({ ...changed, seenAt: store.now() - 60_000 });
    expect((await vault.read('a'))?.sealed).toBe('sealed');
  });

  it('leaves an ended session ended, whatever a slow request writes', async () => {
    await using store = await open();
    const { records, vault } = store.stores;
    const session = sessionOf(store.now());
    await records.insert('a', session);
    await vault.write('a', 'sealed', 100);
    await records.remove('a');
    await vault.remove('a');
    await records.update('a', sessionOf(store.now(), { cart: ['late'] }));
    await records.touch('a', session);
    await records.remove('a');
    await vault.remove('a');
    expect(await records.read('a')).toBeNull();
    expect(await vault.read('a')).toBeNull();
    expect(await store.keys()).toEqual([]);
  });

  it('leaves an expired session expired, whatever a slow request writes', async () => {
    await using store = await open();
    const { records } = store.stores;
    const session = sessionOf(store.now());
    await records.insert('a', session);
    await store.fastForward(limits.idleSeconds);
    expect(await records.read('a')).toBeNull();
    await records.update('a', session);
    await records.touch('a', session);
    expect(await records.read('a')).toBeNull();
    expect(await store.keys()).toEqual([]);
  });

  it('gives a touched session and its vault a new lease, and changes nothing else of it', async () => {
    await using store = await open();
    const { records, vault } = store.stores;
    const session = sessionOf(store.now(), { cart: ['ünï'] });
    await records.insert('a', session);
    await vault.write('a', 'sealed', limits.idleSeconds);
    for (let visit = 0; visit < 4; visit += 1) {
      await store.fastForward(60);
      await records.touch('a', sessionOf(store.now() - (visit + 1) * 60_000, { cart: ['not written'] }));
    }
    expect(await records.read('a')).toEqual({ ...session, seenAt: store.now() });
    expect((await vault.read('a'))?.sealed).toBe('sealed');
    await store.fastForward(limits.idleSeconds);
    expect(await records.read('a')).toBeNull();
    expect(await vault.read('a')).toBeNull();
  });

  it('ends a session at its absolute limit however often it is touched or updated', async () => {
    await using store = await open();
    const { records, vault } = store.stores;
    const session = sessionOf(store.now());
    await records.insert('a', session);
    await vault.write('a', 'sealed', limits.idleSeconds);
    for (let visit = 1; visit < 20; visit += 1) {
      await store.fastForward(50);
      if (visit % 2 === 0) await records.touch('a', session);
      else await records.update('a', session);
    }
    expect(await records.read('a')).not.toBeNull();
    await store.fastForward(50);
    expect(await records.read('a')).toBeNull();
    expect(await vault.read('a')).toBeNull();
    expect(await store.keys()).toEqual([]);
  });

  it('keeps nothing of a session that is touched or updated when nothing is left of its time', async () => {
    await using store = await open();
    const { records, vault } = store.stores;
    const over = sessionOf(store.now() - limits.absoluteSeconds * 1000);
    for (const write of [records.touch, records.update]) {
      await records.insert('a', sessionOf(store.now()));
      await vault.write('a', 'sealed', 100);
      await write('a', over);
      expect(await records.read('a')).toBeNull();
      expect(await store.keys()).not.toContain('session:a');
    }
  });

  it('keeps sessions of the same person apart, and odd ids to themselves', async () => {
    await using store = await open();
    const { records } = store.stores;
    const ids = ['a', 'a:b', '*', 'a}{b', '%', "'; DROP TABLE kept; --", '../a'];
    for (const id of ids) await records.insert(id, sessionOf(store.now(), { id }));
    await records.remove('*');
    for (const id of ids) {
      expect((await records.read(id)) as { id?: string } | null).toEqual(
        id === '*' ? null : expect.objectContaining({ id }),
      );
    }
  });
});

describe.each(shared)('%s as more than one process sees it', (_kind, open) => {
  it('shows one node what another wrote, and outlives the one that wrote it', async () => {
    await using store = await open();
    const other = store.open();
    await store.stores.records.insert('a', sessionOf(store.now()));
    await store.stores.vault.write('a', 'sealed', 100);
    await store.stores.close();
    expect(await other?.records.read('a')).not.toBeNull();
    expect((await other?.vault.read('a'))?.sealed).toBe('sealed');
  });

  it.each([
    ['nothing', ''],
    ['half a record', '0000000000001000000{"cookie":{'],
    ['another format', '{"cookie":{}}'],
    ['no object', '0000000000001000000[]'],
    ['a part that is longer than all of it', '0000000000001000099{}'],
    ['binary', '\u0000\u0001\ufffd'],
  ])('counts a record of %s as absent', async (_what, text) => {
    await using store = await open();
    await store.spoil?.('a', text);
    expect(await store.keys()).toContain('session:a');
    expect(await store.stores.records.read('a')).toBeNull();
    await store.stores.records.insert('a', sessionOf(store.now()));
    expect((await store.stores.records.read('a')) as SessionData).toHaveProperty('latchkey');
  });
});
