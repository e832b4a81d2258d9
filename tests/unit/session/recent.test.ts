// The bounded memory keeps what is asked for and forgets the rest.
import { describe, expect, it } from 'vitest';
import { createRecent } from '../../../src/session/recent.ts';

describe('what was worked out lately', () => {
  it('is remembered while it is asked for, however many others come', () => {
    const recent = createRecent<number>(3);
    recent.set('kept', 1);
    for (let other = 0; other < 20; other += 1) {
      recent.set(`other ${other}`, other);
      expect(recent.get('kept')).toBe(1);
    }
  });

  it('is forgotten when nobody asks and others come', () => {
    const recent = createRecent<number>(3);
    recent.set('first', 1);
    for (let other = 0; other < 6; other += 1) recent.set(`other ${other}`, other);
    expect(recent.get('first')).toBeUndefined();
  });

  it('is forgotten at once when it is taken out, be it young or old', () => {
    const recent = createRecent<number>(2);
    for (let one = 0; one < 3; one += 1) recent.set(`${one}`, one);
    for (const key of ['0', '2']) {
      recent.delete(key);
      expect(recent.get(key)).toBeUndefined();
    }
    expect(recent.get('1')).toBe(1);
  });
});
