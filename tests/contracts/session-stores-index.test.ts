// Which sessions belong together: the same index in Redis in its three forms, the embedded file and memory.
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

describe.each(kinds)('the index of sessions in %s', (_kind, open) => {
  it('lists the sessions of a person, the oldest first, and nobody else’s', async () => {
    await using store = await open();
    const { index } = store.stores;
    const start = store.now();
    await index.add('ada', { id: 'second', startedAt: start + 2000 }, 100);
    await index.add('ada', { id: 'first', startedAt: start + 1000 }, 100);
    await index.add('ben', { id: 'other', startedAt: start }, 100);
    expect(await index.list('ada')).toEqual([
      { id: 'first', startedAt: start + 1000 },
      { id: 'second', startedAt: start + 2000 },
    ]);
    expect(await index.list('nobody')).toEqual([]);
  });

  it('holds a session once, however often it is noted', async () => {
    await using store = await open();
    const { index } = store.stores;
    const start = store.now();
    await index.add('ada', { id: 'a', startedAt: start }, 100);
    await index.add('ada', { id: 'a', startedAt: start + 5000 }, 100);
    expect(await index.list('ada')).toEqual([{ id: 'a', startedAt: start + 5000 }]);
  });

  it('forgets the one that is taken out, and leaves nothing when it was the last', async () => {
    await using store = await open();
    const { index } = store.stores;
    const start = store.now();
    for (const id of ['a', 'b']) await index.add('ada', { id, startedAt: start }, 100);
    await index.remove('ada', 'a');
    await index.remove('ada', 'a');
    await index.remove('nobody', 'a');
    expect((await index.list('ada')).map(({ id }) => id)).toEqual(['b']);
    await index.remove('ada', 'b');
    expect(await index.list('ada')).toEqual([]);
    expect(await store.keys()).toEqual([]);
  });

  it('is forgotten after the time it was noted for, and a shorter one does not shorten it', async () => {
    await using store = await open();
    const { index } = store.stores;
    await index.add('ada', { id: 'long', startedAt: store.now() }, 100);
    await store.fastForward(10);
    await index.add('ada', { id: 'short', startedAt: store.now() }, 30);
    await store.fastForward(40);
    expect((await index.list('ada')).map(({ id }) => id)).toContain('long');
    await store.fastForward(50);
    await wait(2);
    expect(await index.list('ada')).toEqual([]);
    expect(await store.keys()).toEqual([]);
  });

  it('does not grow for ever under the key of somebody who signs in every day', async () => {
    await using store = await open();
    const { index } = store.stores;
    for (let day = 0; day < 30; day += 1) {
      await index.add('ada', { id: `day ${day}`, startedAt: store.now() }, 100);
      await store.fastForward(40);
    }
    expect((await index.list('ada')).length).toBeLessThanOrEqual(3);
  });

  it('takes what many nodes note at the same time', async () => {
    await using store = await open();
    const nodes = [store.stores, store.open() ?? store.stores];
    const ids = Array.from({ length: 40 }, (_, number) => `session ${number}`);
    const startedAt = store.now();
    await Promise.all(ids.map((id, number) => nodes[number % 2]?.index.add('ada', { id, startedAt }, 100)));
    const found = await nodes[1]?.index.list('ada');
    expect(found?.map(({ id }) => id).sort()).toEqual([...ids].sort());
  });

  it('says that it is unavailable when the store is broken', async () => {
    await using store = await open();
    const { index } = store.stores;
    await store.breakDown();
    const unavailable = { code: 'store_unavailable' };
    const startedAt = store.now();
    await expect(index.add('ada', { id: 'a', startedAt }, 100)).rejects.toMatchObject(unavailable);
    await expect(index.list('ada')).rejects.toMatchObject(unavailable);
    await expect(index.remove('ada', 'a')).rejects.toMatchObject(unavailable);
  });
});
