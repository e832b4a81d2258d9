// The memory for tokens and keys: it ends entries in time, never grows past its size, and joins those who wait.
import { describe, expect, it } from 'vitest';
import { createExpiringCache, createOneAtATime } from '../../../src/tokens/expiring-cache.ts';

const clockAt = (start: number) => {
  const clock = { time: start, now: () => clock.time };
  return clock;
};

describe('the memory', () => {
  it('gives back what it was given until its time has come, and not at that moment', () => {
    const clock = clockAt(1000);
    const cache = createExpiringCache<string>(10, clock.now);
    cache.set('a', { value: 'x', until: 2000 });
    clock.time = 1999;
    expect(cache.get('a')).toBe('x');
    clock.time = 2000;
    expect(cache.get('a')).toBeUndefined();
    clock.time = 1999;
    expect(cache.get('a')).toBeUndefined();
  });

  it('keeps nothing that is over already, and forgets the older value then', () => {
    const cache = createExpiringCache<string>(10, () => 1000);
    cache.set('a', { value: 'x', until: 2000 });
    cache.set('a', { value: 'y', until: 1000 });
    expect(cache.get('a')).toBeUndefined();
  });

  it('drops the entry that was not used for longest', () => {
    const cache = createExpiringCache<number>(2, () => 0);
    cache.set('a', { value: 1, until: 9 });
    cache.set('b', { value: 2, until: 9 });
    cache.get('a');
    cache.set('c', { value: 3, until: 9 });
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3]);
    cache.set('c', { value: 4, until: 9 });
    expect([cache.get('a'), cache.get('c')]).toEqual([1, 4]);
    cache.delete('a');
    expect(cache.get('a')).toBeUndefined();
  });
});

describe('one at a time', () => {
  it('joins callers with the same key, and begins anew when the work is done', async () => {
    const join = createOneAtATime<number>();
    let begun = 0;
    const work = async () => {
      begun += 1;
      await Promise.resolve();
      return begun;
    };
    expect(await Promise.all([join('a', work), join('a', work), join('b', work)])).toEqual([2, 2, 2]);
    expect(begun).toBe(2);
    expect(await join('a', work)).toBe(3);
  });

  it('tells all of them of a failure, and keeps none', async () => {
    const join = createOneAtATime<number>();
    const fail = () => Promise.reject(new Error('away'));
    const both = await Promise.allSettled([join('a', fail), join('a', fail)]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await join('a', async () => 1)).toBe(1);
    await expect(
      join('a', () => {
        throw new Error('at once');
      }),
    ).rejects.toThrow('at once');
  });
});
