// A connection to Redis that dies: what was under way is tried once more, and means the same when it is done twice.
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SessionStores } from '../../src/index.ts';
import { redisSessions } from '../../src/redis.ts';
import { createLifetimes } from '../../src/session/lifetimes.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { type RedisProxy, startRedisProxy } from '../support/redis-proxy.ts';
import { limits, sessionOf } from '../support/session-store-kinds.ts';

const lifetimes = createLifetimes({ ...limits, clock: () => Date.now() });
let redis: TestRedis;
let proxy: RedisProxy;
let stores: SessionStores;
beforeAll(async () => {
  redis = await startRedis();
  proxy = await startRedisProxy(redis.port);
  stores = redisSessions(proxy.url)(lifetimes);
});
afterAll(async () => {
  await stores.close();
  await proxy[Symbol.asyncDispose]();
  await redis.stop();
});
beforeEach(() => redis.flush());

const session = () => sessionOf(Date.now(), { cart: ['ünï'] });
const latchkey = { startedAt: 1, subject: 'ada, refreshed' } as never;
const begin = async () => {
  await stores.records.insert('a', session());
  await stores.vault.write('a', 'first', 100);
};

interface Case {
  readonly what: string;
  readonly command: string;
  readonly before?: () => Promise<unknown>;
  readonly act: () => Promise<unknown>;
  readonly answer: unknown;
  /** What a second node, or a second call, is told afterwards. */
  readonly after?: readonly [() => Promise<unknown>, unknown];
}
const cases: readonly Case[] = [
  {
    what: 'a login that is used up is used up by the one who was not told so',
    command: 'SET',
    act: () => stores.once.claim('login', 60),
    answer: true,
    after: [() => stores.once.claim('login', 60), false],
  },
  {
    what: 'a lock is its owner’s, and nobody else’s',
    command: 'SET',
    act: () => stores.locks.take('a', 'me', 60_000),
    answer: true,
    after: [() => stores.locks.take('a', 'you', 60_000), false],
  },
  {
    what: 'a lock that was let go is free',
    command: 'EVAL',
    before: () => stores.locks.take('a', 'me', 60_000),
    act: () => stores.locks.release('a', 'me'),
    answer: undefined,
    after: [() => stores.locks.take('a', 'you', 60_000), true],
  },
  {
    what: 'a lease is extended',
    command: 'EVAL',
    before: () => stores.locks.take('a', 'me', 1000),
    act: () => stores.locks.extend('a', 'me', 60_000),
    answer: true,
  },
  {
    what: 'a refresh is written, once, by the one who wrote it',
    command: 'EVAL',
    before: begin,
    act: () => stores.records.renew('a', { latchkey, sealed: 'second', version: 0 }),
    answer: true,
    after: [() => stores.vault.read('a'), { sealed: 'second', version: 1 }],
  },
  {
    what: 'a session is begun',
    command: 'SET',
    act: () => stores.records.insert('a', session()),
    answer: undefined,
    after: [() => stores.records.read('a'), expect.objectContaining({ cart: ['ünï'] })],
  },
  {
    what: 'what the app keeps is written',
    command: 'EVAL',
    before: begin,
    act: () => stores.records.update('a', sessionOf(Date.now(), { cart: ['new'] })),
    answer: undefined,
    after: [() => stores.records.read('a'), expect.objectContaining({ cart: ['new'] })],
  },
  {
    what: 'a session is read',
    command: 'GET',
    before: begin,
    act: () => stores.records.read('a'),
    answer: expect.objectContaining({ cart: ['ünï'] }),
  },
  {
    what: 'a session that was ended stays ended',
    command: 'DEL',
    before: begin,
    act: () => stores.records.remove('a'),
    answer: undefined,
    after: [() => stores.records.read('a'), null],
  },
  {
    what: 'a session is noted once',
    command: 'EVAL',
    act: () => stores.index.add('ada', { id: 'a', startedAt: 5 }, 1e6),
    answer: undefined,
    after: [() => stores.index.list('ada'), [{ id: 'a', startedAt: 5 }]],
  },
  {
    what: 'a session is taken out of the index',
    command: 'ZREM',
    before: () => stores.index.add('ada', { id: 'a', startedAt: 5 }, 1e6),
    act: () => stores.index.remove('ada', 'a'),
    answer: undefined,
    after: [() => stores.index.list('ada'), []],
  },
];

describe('when the answer is lost after Redis has done it', () => {
  it.each(cases)('$what', async ({ command, before, act, answer, after }) => {
    await before?.();
    proxy.loseAnswerTo(command);
    // What a store gives where nothing is promised differs.
    expect((await act()) ?? undefined).toEqual(answer);
    expect(proxy.hasLost).toBe(true);
    if (after !== undefined) expect(await after[0]()).toEqual(after[1]);
  });

  it('it is tried once more and not again and again: the second loss is an outage', async () => {
    await begin();
    proxy.loseAnswerTo('GET');
    const before = proxy.connections;
    const reading = stores.records.read('a');
    while (!proxy.hasLost) await wait(1);
    proxy.loseAnswerTo('GET');
    await expect(reading).rejects.toMatchObject({ code: 'store_unavailable' });
    await stores.ping();
    expect(proxy.connections - before).toBe(2);
  });
});

describe('a server that turns commands away', () => {
  it('because it is a replica for a moment: it is asked again, and nothing was done meanwhile', async () => {
    await redis.send('REPLICAOF', '127.0.0.1', '1');
    const claims = Promise.all(Array.from({ length: 10 }, () => stores.once.claim('login', 60)));
    await wait(150);
    expect(await redis.keys()).toEqual([]);
    await redis.send('REPLICAOF', 'NO', 'ONE');
    expect((await claims).filter(Boolean)).toHaveLength(1);
  });

  it('for good: that is an outage, and answers that are no refusal are not asked for again', async () => {
    await redis.send('CONFIG', 'SET', 'maxmemory', '1');
    const startedAt = performance.now();
    await expect(stores.once.claim('login', 60)).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(performance.now() - startedAt).toBeLessThan(300);
    await redis.send('CONFIG', 'SET', 'maxmemory', '0');
    expect(await stores.once.claim('login', 60)).toBe(true);
  });
});

describe('connections that Redis ends, as an operator’s CLIENT KILL or a time limit does', () => {
  it('cost nobody anything, whatever is under way', async () => {
    await begin();
    for (let round = 0; round < 10; round += 1) {
      const under = Array.from({ length: 30 }, () => stores.records.read('a'));
      await redis.send('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      const all = await Promise.all([
        ...under,
        ...Array.from({ length: 30 }, () => stores.records.read('a')),
      ]);
      expect(all.every((each) => each !== null)).toBe(true);
    }
  });

  it('a restart that is quick costs nobody anything either', async () => {
    await begin();
    const under = Array.from({ length: 20 }, () => stores.records.read('a'));
    await redis.kill({ keepData: true });
    const meanwhile = Array.from({ length: 20 }, () => stores.records.read('a'));
    await redis.restart();
    const all = await Promise.all([...under, ...meanwhile, stores.records.read('a')]);
    expect(all.every((each) => each !== null)).toBe(true);
  });

  it('a longer one is waited for at its beginning only: after that everybody is told at once', async () => {
    await begin();
    await redis.kill({ keepData: true });
    const outcome = () => stores.records.read('a').catch((error: { code?: string }) => error.code);
    const startedAt = performance.now();
    expect(await Promise.all(Array.from({ length: 50 }, outcome))).toEqual(
      Array(50).fill('store_unavailable'),
    );
    expect(performance.now() - startedAt).toBeLessThan(1500);
    const again = performance.now();
    expect(await Promise.all(Array.from({ length: 50 }, outcome))).toEqual(
      Array(50).fill('store_unavailable'),
    );
    expect(performance.now() - again).toBeLessThan(100);
    await redis.restart();
    await expect.poll(outcome, { timeout: 3000 }).toMatchObject({ cart: ['ünï'] });
  });
});
