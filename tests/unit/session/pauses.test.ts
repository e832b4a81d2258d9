// How long nobody asks again: for all after an outage, for one session after an answer about it, never for long.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LatchkeyError } from '../../../src/errors.ts';
import { createPauses } from '../../../src/session/pauses.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

const outage = (retryAfterSeconds?: number) =>
  new LatchkeyError('provider_unavailable', retryAfterSeconds === undefined ? {} : { retryAfterSeconds });

it('an outage stops the questions about everybody, for two seconds', () => {
  const pauses = createPauses();
  const failure = outage();
  pauses.begin('a', failure);
  vi.advanceTimersByTime(1999);
  expect([pauses.forAll(), pauses.forSession('b')]).toEqual([failure, failure]);
  vi.advanceTimersByTime(1);
  expect([pauses.forAll(), pauses.forSession('a')]).toEqual([null, null]);
});

it('an answer about one person stops the questions about that session alone', () => {
  const pauses = createPauses();
  const failure = new LatchkeyError('userinfo_invalid');
  pauses.begin('a', failure);
  expect([pauses.forAll(), pauses.forSession('a'), pauses.forSession('b')]).toEqual([null, failure, null]);
  vi.advanceTimersByTime(2000);
  expect(pauses.forSession('a')).toBeNull();
});

it.each([
  [1, 2],
  [30, 30],
  [3600, 60],
])('a provider that wants %i seconds gets %i', (wanted, given) => {
  const pauses = createPauses();
  pauses.begin('a', outage(wanted));
  vi.advanceTimersByTime(given * 1000 - 1);
  expect(pauses.forAll()).not.toBeNull();
  vi.advanceTimersByTime(1);
  expect(pauses.forAll()).toBeNull();
});

it('many sessions that fail do not fill the memory: the oldest pauses are forgotten', () => {
  const pauses = createPauses();
  for (let index = 0; index <= 10_000; index += 1)
    pauses.begin(`${index}`, new LatchkeyError('userinfo_invalid'));
  expect(pauses.forSession('0')).toBeNull();
  expect(pauses.forSession('1')).not.toBeNull();
  expect(pauses.forSession('10000')).not.toBeNull();
});
