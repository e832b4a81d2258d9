// One coarse timer for many calls: each ends in time, and nothing ticks when nothing is under way.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDeadline } from '../../../src/stores/deadline.ts';

let time = 0;
const pass = async (milliseconds: number): Promise<void> => {
  for (let step = 0; step < milliseconds; step += 5) {
    time += 5;
    await vi.advanceTimersByTimeAsync(5);
  }
};
const never = (): Promise<never> => new Promise(() => {});
const outcomeOf = (call: Promise<unknown>): { text: string } => {
  const outcome = { text: 'waiting' };
  call.then(
    (value) => Object.assign(outcome, { text: `got ${String(value)}` }),
    (error: Error) => Object.assign(outcome, { text: error.message }),
  );
  return outcome;
};

describe('a deadline of 100 ms', () => {
  beforeEach(() => {
    time = 0;
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] });
  });
  afterEach(() => void vi.useRealTimers());

  it('hands on what comes in time, and failures as they are', async () => {
    const withDeadline = createDeadline(100, () => time);
    await expect(withDeadline(Promise.resolve(7))).resolves.toBe(7);
    await expect(withDeadline(Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(vi.getTimerCount()).toBeLessThanOrEqual(1);
  });

  it('gives up on a call that hangs, at most a quarter late', async () => {
    const withDeadline = createDeadline(100, () => time);
    const hanging = outcomeOf(withDeadline(never()));
    await pass(95);
    expect(hanging.text).toBe('waiting');
    await pass(35);
    expect(hanging.text).toBe('no answer within 100 ms');
  });

  it('has one timer for any number of calls, and none when all are done', async () => {
    const withDeadline = createDeadline(100, () => time);
    const outcomes = Array.from({ length: 500 }, () => outcomeOf(withDeadline(never())));
    expect(vi.getTimerCount()).toBe(1);
    await pass(150);
    expect(outcomes.every(({ text }) => text === 'no answer within 100 ms')).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('gives a later call its own full time', async () => {
    const withDeadline = createDeadline(100, () => time);
    const first = outcomeOf(withDeadline(never()));
    await pass(60);
    const second = outcomeOf(withDeadline(never()));
    await pass(70);
    expect([first.text, second.text]).toEqual(['no answer within 100 ms', 'waiting']);
    await pass(60);
    expect(second.text).toBe('no answer within 100 ms');
  });

  it('is not held up by a call before it that was answered', async () => {
    const withDeadline = createDeadline(100, () => time);
    await withDeadline(Promise.resolve());
    const hanging = outcomeOf(withDeadline(never()));
    await pass(130);
    expect(hanging.text).toBe('no answer within 100 ms');
  });
});
