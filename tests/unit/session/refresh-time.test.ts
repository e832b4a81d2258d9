// When a token is renewed: early enough that nobody is served with a dead one, late enough not to hammer the provider.
import { expect, it } from 'vitest';
import { refreshTime } from '../../../src/session/record.ts';

const now = Date.UTC(2026, 0, 1);

it.each([
  [1, 0.75],
  [2, 1.5],
  [60, 45],
  [120, 90],
  [121, 91],
  [300, 270],
  [3600, 3570],
  [30 * 86_400, 30 * 86_400 - 30],
])('renews a token of %d s after %d s', (life, after) => {
  expect(refreshTime(now, life)).toBe(now + after * 1000);
});
