// Vaults, things that happen once, and a store that is broken: one suite for Redis in its three forms, the embedded file and memory.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SessionStores } from '../../src/index.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { type RedisPlaces, startRedisPlaces } from '../support/redis-places.ts';
import {
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

describe.each(kinds)('the vault in %s', (_kind, open) => {
  it('gives back what was written, replaces it, and forgets it', async () => {
    await using store = await open();
    const { vault } = store.stores;
    const large = 'x'.repeat(100_000);
    await vault.write('a', 'first', 100);
    await vault.write('a', large, 100);
    expect(await vault.read('a')).toEqual({ sealed: large, version: 0 });
    expect(await vault.read('b')).toBeNull();
    await vault.remove('a');
    await vault.remove('a');
    expect(await vault.read('a')).toBeNull();
  });

  it('forgets by itself after the time it was given', async () => {
    await using store = await open();
    const { vault } = store.stores;
    await vault.write('a', 'sealed', 30);
    await store.fastForward(29);
    expect(await vault.read('a')).toEqual({ sealed: 'sealed', version: 0 });
    await store.fastForward(1);
    expect(await vault.read('a')).toBeNull();
  });

  it('is apart from the record: neither removes the other', async () => {
    await using store = await open();
    const { records, vault } = store.stores;
    await records.insert('a', sessionOf(store.now()));
    await vault.write('a', 'sealed', 100);
    await records.remove('a');
    expect(await vault.read('a')).toEqual({ sealed: 'sealed', version: 0 });
    await records.insert('a', sessionOf(store.now()));
    await vault.remove('a');
    expect(await records.read('a')).not.toBeNull();
  });
});

describe.each(kinds)('what happens once, in %s', (_kind, open) => {
  it('is claimed by the first who asks, of any number at the same time', async () => {
    await using store = await open();
    const nodes = [store.stores, store.open() ?? store.stores];
    const claims = Array.from({ length: 40 }, (_, index) => nodes[index % 2]?.once.claim('login', 60));
    expect((await Promise.all(claims)).filter((won) => won === true)).toHaveLength(1);
    expect(await store.stores.once.claim('login', 60)).toBe(false);
    expect(await store.stores.once.claim('another login', 60)).toBe(true);
  });

  it('is finished when the one who claimed it says so, and stays claimed', async () => {
    await using store = await open();
    const { once } = store.stores;
    expect(await once.isFinished('login')).toBe(false);
    await once.claim('login', 60);
    expect(await once.isFinished('login')).toBe(false);
    await once.finish('login', 60);
    expect(await once.isFinished('login')).toBe(true);
    expect(await once.claim('login', 60)).toBe(false);
  });

  it('is forgotten after its time', async () => {
    await using store = await open();
    const { once } = store.stores;
    await once.claim('a', 60);
    await once.finish('b', 60);
    await store.fastForward(59);
    expect(await once.claim('a', 60)).toBe(false);
    expect(await once.isFinished('b')).toBe(true);
    await store.fastForward(1);
    expect(await once.isFinished('b')).toBe(false);
    expect(await once.claim('a', 60)).toBe(true);
    expect(await once.claim('b', 60)).toBe(true);
  });
});

const session = sessionOf(Date.UTC(2026, 0, 1));
const verbs: [string, (stores: SessionStores) => Promise<unknown>][] = [
  ['read', ({ records }) => records.read('a')],
  ['insert', ({ records }) => records.insert('a', session)],
  ['update', ({ records }) => records.update('a', session)],
  ['touch', ({ records }) => records.touch('a', session)],
  [
    'renew',
    ({ records }) => records.renew('a', { latchkey: session.latchkey as never, sealed: 's', version: 0 }),
  ],
  ['remove', ({ records }) => records.remove('a')],
  ['vault read', ({ vault }) => vault.read('a')],
  ['vault write', ({ vault }) => vault.write('a', 'sealed', 10)],
  ['vault remove', ({ vault }) => vault.remove('a')],
  ['claim', ({ once }) => once.claim('a', 10)],
  ['finish', ({ once }) => once.finish('a', 10)],
  ['isFinished', ({ once }) => once.isFinished('a')],
  ['lock take', ({ locks }) => locks.take('a', 'me', 1000)],
  ['lock extend', ({ locks }) => locks.extend('a', 'me', 1000)],
  ['lock release', ({ locks }) => locks.release('a', 'me')],
  ['ping', (stores) => stores.ping()],
];
const outcomes = async (stores: SessionStores): Promise<Record<string, unknown>> => {
  const results = verbs.map(async ([name, run]) => {
    const outcome = await run(stores).then(
      () => 'answered',
      (error: unknown) => (error instanceof Error && 'code' in error ? error.code : String(error)),
    );
    return [name, outcome] as const;
  });
  return Object.fromEntries(await Promise.all(results));
};
const allAre = (outcome: string) => Object.fromEntries(verbs.map(([name]) => [name, outcome]));

describe.each(kinds)('a broken store: %s', (kind, open) => {
  it('rejects everything as an outage, at once, and can still be closed', async () => {
    await using store = await open();
    expect(await outcomes(store.stores)).toEqual(allAre('answered'));
    await store.breakDown();
    const startedAt = performance.now();
    expect(await outcomes(store.stores)).toEqual(allAre('store_unavailable'));
    expect(performance.now() - startedAt).toBeLessThan(2000);
    await store.stores.close();
    await store.stores.close();
    if (kind === 'redis') await redis.restart();
  });
});

describe('Redis that hangs', () => {
  it('is an outage after the deadline, and the same store works again afterwards', async () => {
    await using store = await openRedisStore(redis);
    await store.stores.records.insert('a', sessionOf(store.now()));
    redis.pause();
    const startedAt = performance.now();
    expect(await outcomes(store.stores)).toEqual(allAre('store_unavailable'));
    expect(performance.now() - startedAt).toBeLessThan(5000);
    redis.resume();
    await expect.poll(() => outcomes(store.stores), { timeout: 5000 }).toEqual(allAre('answered'));
  });
});

describe('Redis that is away and comes back', () => {
  it('serves the same sessions again without anybody doing anything', async () => {
    await using store = await openRedisStore(redis);
    await store.stores.records.insert('a', sessionOf(store.now()));
    await redis.kill({ keepData: true });
    await expect(store.stores.records.read('a')).rejects.toMatchObject({ code: 'store_unavailable' });
    await redis.restart();
    const read = () => store.stores.records.read('a').catch(() => 'still away');
    await expect.poll(read, { timeout: 5000 }).toMatchObject({ latchkey: { subject: 'ada' } });
  });
});
