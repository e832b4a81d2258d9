// Measuring changes nothing: what a port answers, or throws, comes through as it is, and the listener hears of each call.
import { expect, it } from 'vitest';
import { timedPort } from '../../../src/tracing/timed-call.ts';

const port = {
  later: async (text: string) => `later ${text}`,
  // Ports that apps write in JavaScript need not know of promises.
  atOnce: ((text: string) => `at once ${text}`) as unknown as (text: string) => Promise<string>,
  rejects: () => Promise.reject(new Error('rejected')),
  throws: (): Promise<string> => {
    throw new Error('thrown');
  },
};
const names = ['later', 'atOnce', 'rejects', 'throws'] as const;

it('hands on what comes, whether with a promise or without, and tells of each', async () => {
  const heard: unknown[] = [];
  const timed = timedPort(port, 'store', 'x_', names, (kind, operation, outcome, seconds) => {
    heard.push([kind, operation, outcome]);
    expect(seconds).toBeGreaterThanOrEqual(0);
  });
  expect(await timed.later('a')).toBe('later a');
  expect(await timed.atOnce('b')).toBe('at once b');
  await expect(timed.rejects()).rejects.toThrow('rejected');
  await expect(timed.throws()).rejects.toThrow('thrown');
  expect(heard).toEqual([
    ['store', 'x_later', 'ok'],
    ['store', 'x_atOnce', 'ok'],
    ['store', 'x_rejects', 'failed'],
    ['store', 'x_throws', 'failed'],
  ]);
});

it('is not disturbed by a listener that throws', async () => {
  const timed = timedPort(port, 'store', '', names, () => {
    throw new Error('listener');
  });
  expect(await timed.later('a')).toBe('later a');
  await expect(timed.rejects()).rejects.toThrow('rejected');
});

it('takes the method that stands there at the call', async () => {
  const own = { ...port };
  const timed = timedPort(own, 'store', '', names, () => {});
  own.later = async () => 'replaced';
  expect(await timed.later('a')).toBe('replaced');
});
