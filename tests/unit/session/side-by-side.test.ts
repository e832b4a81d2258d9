// Many things at once, within a bound.
import { expect, it } from 'vitest';
import { sideBySide } from '../../../src/session/side-by-side.ts';

it('runs no more at once than it may, leaves none out, and keeps the order', async () => {
  let running = 0;
  let most = 0;
  const items = Array.from({ length: 100 }, (_, index) => index);
  const doubled = await sideBySide(items, 7, async (item) => {
    running += 1;
    most = Math.max(most, running);
    for (let turns = 0; turns <= item % 5; turns += 1) await Promise.resolve();
    running -= 1;
    return item * 2;
  });
  expect(most).toBe(7);
  expect(doubled).toEqual(items.map((item) => item * 2));
  expect(await sideBySide([], 7, async () => 1)).toEqual([]);
});

it('fails with the first failure', async () => {
  const work = async (item: number) => {
    if (item === 2) throw new Error('the second');
    return item;
  };
  await expect(sideBySide([1, 2, 3], 2, work)).rejects.toThrow('the second');
});
