// Counting requests by key: what is let through here, what the other nodes are told, and how much is remembered.
import { describe, expect, it } from 'vitest';
import type { RateBackend } from '../../../src/config/rate-limits.ts';
import { createRateCounts } from '../../../src/http/rate-counts.ts';

const limit = { requests: 20, seconds: 60 };

const make = (shared: RateBackend | null = null, most?: number) => {
  let time = 1_000_000;
  const counts = createRateCounts({ clock: () => time, shared, ...(most === undefined ? {} : { most }) });
  const takeMany = async (count: number, key = 'a'): Promise<number> => {
    const waits = await Promise.all(Array.from({ length: count }, () => counts.take(key, limit)));
    return waits.filter((wait) => wait === 0).length;
  };
  return {
    counts,
    takeMany,
    pass: (ms: number): void => {
      time += ms;
    },
  };
};
const others = (answer: () => number | Error) => {
  const told: number[] = [];
  const shared: RateBackend = {
    async spend(_key, _limit, count) {
      told.push(count);
      const given = answer();
      if (given instanceof Error) throw given;
      return given;
    },
  };
  return { shared, told };
};

describe('counts in one process', () => {
  it('let the whole limit come at once, and then one after the other', async () => {
    const { counts, takeMany, pass } = make();
    expect(await takeMany(50)).toBe(20);
    expect(await counts.take('a', limit)).toBe(3000);
    pass(2999);
    expect(await takeMany(1)).toBe(0);
    pass(1);
    expect(await takeMany(5)).toBe(1);
    pass(60_000);
    expect(await takeMany(50)).toBe(20);
  });

  it('do not make those wait longer who knock during it, and tell keys apart', async () => {
    const { counts, takeMany } = make();
    await takeMany(500);
    expect(counts.waitMs('a', limit)).toBe(3000);
    expect(counts.waitMs('b', limit)).toBe(0);
    expect(await takeMany(1, 'b')).toBe(1);
  });

  it('take back what did not count', async () => {
    const { counts, takeMany } = make();
    for (let round = 0; round < 100; round += 1) {
      expect(await counts.take('a', limit)).toBe(0);
      counts.giveBack('a', limit);
    }
    expect(counts.used('a', limit)).toBe(0);
    expect(await takeMany(50)).toBe(20);
    expect(counts.used('a', limit)).toBe(1);
    counts.giveBack('nobody', limit);
  });

  it('remember no more keys than they may: the one unused for longest goes first', async () => {
    const { takeMany } = make(null, 3);
    await takeMany(20, 'a');
    for (const key of ['b', 'c', 'a', 'd']) await takeMany(1, key);
    expect(await takeMany(1, 'a')).toBe(0);
    for (const key of ['b', 'c', 'd']) await takeMany(1, key);
    expect(await takeMany(1, 'a')).toBe(1);
  });

  it('say how many were refused at once, and then once in ten seconds', () => {
    const { counts, pass } = make();
    expect([1, 2, 3].map(() => counts.noteRefused('a'))).toEqual([1, null, null]);
    pass(10_000);
    expect(counts.noteRefused('a')).toBe(3);
    expect(counts.noteRefused('b')).toBe(1);
  });
});

describe('counts with other nodes', () => {
  it('tell them of every tenth of a limit, with one call', async () => {
    const { shared, told } = others(() => 0);
    const { takeMany } = make(shared);
    expect(await takeMany(1)).toBe(1);
    expect(told).toEqual([]);
    expect(await takeMany(9)).toBe(9);
    expect(told).toEqual([2, 2, 2, 2, 2]);
  });

  it('tell them of what comes slowly as well, and forget what is long past', async () => {
    const { shared, told } = others(() => 0);
    const { takeMany, pass } = make(shared);
    for (let round = 0; round < 4; round += 1) {
      await takeMany(1);
      pass(50_000);
    }
    expect(told).toEqual([2, 2]);
    pass(60_000);
    for (let round = 0; round < 4; round += 1) {
      await takeMany(1);
      pass(61_000);
    }
    expect(told).toEqual([2, 2]);
  });

  it('wait where these say so, without asking again', async () => {
    const { shared, told } = others(() => 5000);
    const { counts, takeMany, pass } = make(shared);
    expect(await takeMany(1)).toBe(1);
    expect(await counts.take('a', limit)).toBe(5000);
    expect(await takeMany(100)).toBe(0);
    expect(told).toEqual([2]);
    pass(5000);
    expect(counts.waitMs('a', limit)).toBe(0);
  });

  it('hold the limit by themselves while the others cannot be asked, ask once a second, and tell all later', async () => {
    let isAway = true;
    const { shared, told } = others(() => (isAway ? new Error('away') : 0));
    const { takeMany, pass } = make(shared);
    let through = 0;
    for (let request = 0; request < 50; request += 1) through += await takeMany(1);
    expect(through).toBe(20);
    expect(told).toEqual([2]);
    isAway = false;
    pass(3000);
    expect(await takeMany(1)).toBe(1);
    expect(told).toEqual([2, 21]);
  });
});
