// One at a time in the whole installation: the same locks in Redis in its three forms, the embedded file and memory.
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { type RedisPlaces, startRedisPlaces } from '../support/redis-places.ts';
import {
  openEmbeddedStore,
  openRedisPlace,
  openRedisStore,
  type StoreUnderTest,
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

describe.each(kinds)('a lock in %s', (_kind, open) => {
  it('is taken by one, of any number at the same time', async () => {
    await using store = await open();
    const nodes = [store.stores, store.open() ?? store.stores];
    const taken = await Promise.all(
      Array.from({ length: 40 }, (_, index) => nodes[index % 2]?.locks.take('a', `owner ${index}`, 60_000)),
    );
    expect(taken.filter((won) => won === true)).toHaveLength(1);
    expect(await store.stores.locks.take('a', 'a late one', 60_000)).toBe(false);
    expect(await store.stores.locks.take('another', 'me', 60_000)).toBe(true);
  });

  it('is its owner’s when the owner asks again, with a whole lease, and then let go at once', async () => {
    await using store = await open();
    const { locks } = store.stores;
    await locks.take('a', 'me', 10_000);
    await store.fastForward(6);
    expect(await locks.take('a', 'me', 10_000)).toBe(true);
    await store.fastForward(6);
    expect(await locks.take('a', 'you', 10_000)).toBe(false);
    await locks.release('a', 'me');
    expect(await locks.take('a', 'you', 10_000)).toBe(true);
    expect(await locks.take('a', 'me', 10_000)).toBe(false);
  });

  it('is let go by its owner alone', async () => {
    await using store = await open();
    const { locks } = store.stores;
    await locks.take('a', 'me', 60_000);
    await locks.release('a', 'somebody else');
    expect(await locks.take('a', 'somebody else', 60_000)).toBe(false);
    await locks.release('a', 'me');
    await locks.release('a', 'me');
    expect(await locks.take('a', 'somebody else', 60_000)).toBe(true);
    // The one before is late: it must not let go what is another's now.
    await locks.release('a', 'me');
    expect(await locks.take('a', 'a third', 60_000)).toBe(false);
  });

  it('lapses after its lease', async () => {
    await using store = await open();
    const { locks } = store.stores;
    await locks.take('a', 'me', 10_000);
    await store.fastForward(9);
    expect(await locks.take('a', 'you', 10_000)).toBe(false);
    await store.fastForward(1);
    // Redis notices an expiry of this very millisecond with the next one.
    await wait(2);
    expect(await locks.take('a', 'you', 10_000)).toBe(true);
  });

  it('lives longer when its owner says so, and for nobody else', async () => {
    await using store = await open();
    const { locks } = store.stores;
    await locks.take('a', 'me', 10_000);
    await store.fastForward(6);
    expect(await locks.extend('a', 'you', 60_000)).toBe(false);
    expect(await locks.extend('a', 'me', 10_000)).toBe(true);
    await store.fastForward(6);
    expect(await locks.take('a', 'you', 10_000)).toBe(false);
    await store.fastForward(5);
    expect(await locks.extend('a', 'me', 10_000)).toBe(false);
    expect(await locks.take('a', 'you', 10_000)).toBe(true);
    expect(await locks.extend('a', 'me', 10_000)).toBe(false);
  });

  it('is in nobody’s way in the list of what is kept, once it is let go', async () => {
    await using store = await open();
    const { locks } = store.stores;
    expect(await locks.extend('a', 'me', 10_000)).toBe(false);
    expect(await store.keys()).toEqual([]);
    await locks.take('a', 'me', 10_000);
    await locks.release('a', 'me');
    expect(await store.keys()).toEqual([]);
  });
});
