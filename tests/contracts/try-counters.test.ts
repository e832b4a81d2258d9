// What counters of failed tries must do: one suite for the one in memory and the one in Redis.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TryCounters, TryRule } from '../../src/directory.ts';
import { memoryTries } from '../../src/directory.ts';
import { redisTries } from '../../src/redis.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let redis: TestRedis;
let shared: TryCounters;
let other: TryCounters;
beforeAll(async () => {
  redis = await startRedis();
  shared = redisTries(redis.url);
  other = redisTries(redis.url);
});
afterAll(async () => {
  await Promise.all([shared.close(), other.close()]);
  await redis.stop();
});

const kinds: [string, () => TryCounters][] = [
  ['memory', () => memoryTries()],
  ['Redis', () => shared],
];
const rule: TryRule = { free: 3, pauseMs: 60_000, longestPauseMs: 600_000, forgetMs: 3_600_000 };
const fresh = () => crypto.randomUUID();
const takeMany = async (tries: TryCounters, key: string, count: number) =>
  Promise.all(Array.from({ length: count }, () => tries.take(key, rule)));

describe.each(kinds)('counters of failed tries in %s', (_kind, open) => {
  it('pause after the free ones, also when all of them come at once', async () => {
    const tries = open();
    const key = fresh();
    const waits = await takeMany(tries, key, 10);
    expect(waits.filter((wait) => wait === 0)).toHaveLength(3);
    for (const wait of waits.filter((each) => each > 0)) {
      expect(wait).toBeGreaterThan(55_000);
      expect(wait).toBeLessThanOrEqual(60_000);
    }
    expect(await tries.take(fresh(), rule)).toBe(0);
  });

  it('do not make the pause longer for those who knock during it', async () => {
    const tries = open();
    const key = fresh();
    await takeMany(tries, key, 3);
    await takeMany(tries, key, 20);
    expect(await tries.take(key, rule)).toBeLessThanOrEqual(60_000);
  });

  it('double the pause with each try after it, up to the longest', async () => {
    const tries = open();
    const key = fresh();
    const quick = { ...rule, free: 1, pauseMs: 1, longestPauseMs: 3 };
    const pauses: number[] = [];
    for (let round = 0; round < 12; round += 1) {
      while ((await tries.take(key, quick)) > 0) await new Promise((resolve) => setTimeout(resolve, 1));
      pauses.push(await tries.take(key, quick));
    }
    expect(Math.max(...pauses)).toBeLessThanOrEqual(3);
  });

  it('take a try back with its pause, and forget', async () => {
    const tries = open();
    const key = fresh();
    await takeMany(tries, key, 3);
    await tries.giveBack(key);
    expect(await tries.take(key, rule)).toBe(0);
    expect(await tries.take(key, rule)).toBeGreaterThan(0);
    await tries.forget(key);
    expect(await takeMany(tries, key, 3)).toEqual([0, 0, 0]);
    await tries.giveBack(fresh());
  });

  it('remember what is good for as long as they are told', async () => {
    const tries = open();
    const key = fresh();
    expect(await tries.remembers(key)).toBe(false);
    await tries.remember(key, 60);
    expect(await tries.remembers(key)).toBe(true);
    expect(await tries.take(key, rule)).toBe(0);
  });
});

it('in Redis are one count for all nodes, and leave nothing behind for ever', async () => {
  const key = fresh();
  await takeMany(shared, key, 2);
  expect(await other.take(key, rule)).toBe(0);
  expect(await other.take(key, rule)).toBeGreaterThan(0);
  await other.remember(key, 60);
  expect(await shared.remembers(key)).toBe(true);
  for (const name of await redis.keys('latchkey:*'))
    expect(Number(await redis.send('PTTL', name))).toBeGreaterThan(0);
});

it('in Redis that is away refuse where that is wanted, so that nobody’s password is checked', async () => {
  await using away = await startRedis();
  const tries = redisTries(away.url, { inOutage: 'refuse' });
  expect(await tries.take('a', rule)).toBe(0);
  await away.kill();
  await expect(tries.take('a', rule)).rejects.toMatchObject({ code: 'store_unavailable' });
  await tries.close();
});

it('AD-04: in Redis that is away are counted in this process: guessing meets its limit, and nobody is locked out', async () => {
  await using away = await startRedis();
  const tries = redisTries(away.url);
  await tries.remember('known', 60);
  await takeMany(tries, 'account', 2);
  await away.kill();
  const waits = await takeMany(tries, 'account', 8);
  expect(waits.filter((wait) => wait === 0)).toHaveLength(3);
  expect(await tries.remembers('known')).toBe(true);
  expect(await tries.remembers('account')).toBe(false);
  expect(await tries.take('another', rule)).toBe(0);
  await tries.giveBack('account');
  await tries.forget('account');
  expect(await tries.take('account', rule)).toBe(0);
  await tries.close();
});

describe('counters in memory, with a clock that the test moves', () => {
  const make = (most = 100) => {
    let time = 1_000_000;
    const tries = memoryTries({ clock: () => time, most });
    const pass = (ms: number): void => {
      time += ms;
    };
    return { tries, pass };
  };

  it('pause for one, two, four minutes and so on, never longer than the longest', async () => {
    const { tries, pass } = make();
    await takeMany(tries, 'a', 2);
    const pauses: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      await tries.take('a', rule);
      const wait = await tries.take('a', rule);
      pauses.push(wait / 60_000);
      pass(wait);
    }
    expect(pauses).toEqual([1, 2, 4, 8, 10, 10]);
    pass(rule.forgetMs);
    expect(await takeMany(tries, 'a', 3)).toEqual([0, 0, 0]);
  });

  it('keep to their bound, and what is known to be good is not pushed out by guessing', async () => {
    const { tries } = make(3);
    await tries.remember('good', 60);
    await takeMany(tries, 'victim', 4);
    for (const name of ['x', 'y', 'z']) await tries.take(name, rule);
    expect(await tries.take('victim', rule)).toBe(0);
    expect(await tries.remembers('good')).toBe(true);
  });
});
