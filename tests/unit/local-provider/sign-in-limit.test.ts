// The pause after wrong passwords, with a clock that the test moves.
import { describe, expect, it } from 'vitest';
import { createSignInLimit } from '../../../src/local-provider/sign-in-limit.ts';

const make = (maxEntries = 100) => {
  let time = 0;
  const limit = createSignInLimit({ clock: () => time, attempts: 3, windowSeconds: 60, maxEntries });
  const fastForward = (seconds: number): void => {
    time += seconds * 1000;
  };
  return { limit, fastForward };
};

describe('the limit of failed sign-ins', () => {
  it('an attacker waits after three wrong passwords, and a little less as time goes by', () => {
    const { limit, fastForward } = make();
    expect([1, 2, 3].map(() => limit.begin('ada', '::1'))).toEqual([0, 0, 0]);
    expect(limit.begin('ada', '::1')).toBe(60);
    fastForward(45);
    expect(limit.begin('ada', '::1')).toBe(15);
    fastForward(15);
    expect(limit.begin('ada', '::1')).toBe(0);
  });

  it('an attacker gains nothing by writing the name in another way', () => {
    const { limit } = make();
    for (const name of ['ada', ' Ada', 'ADA ']) limit.begin(name, '::1');
    expect(limit.begin('ada', '::1')).toBeGreaterThan(0);
  });

  it('a person at another address, or with another name, does not wait', () => {
    const { limit } = make();
    for (let attempt = 0; attempt < 4; attempt += 1) limit.begin('ada', '::1');
    expect(limit.begin('ada', '127.0.0.1')).toBe(0);
    expect(limit.begin('bob', '::1')).toBe(0);
  });

  it('a person who gets it right in the end starts from nothing', () => {
    const { limit } = make();
    limit.begin('ada', '::1');
    limit.begin('ada', '::1');
    limit.succeed('ada', '::1');
    expect([1, 2, 3].map(() => limit.begin('ada', '::1'))).toEqual([0, 0, 0]);
  });

  it('an attacker who invents names without end does not fill the memory', () => {
    const { limit } = make(2);
    for (let attempt = 0; attempt < 4; attempt += 1) limit.begin('ada', '::1');
    limit.begin('x', '::1');
    limit.begin('y', '::1');
    expect(limit.begin('ada', '::1')).toBe(0);
  });
});

describe('one address that tries name after name', () => {
  it('is paused however many names it uses, and cannot push out what is known about one of them', () => {
    const limit = createSignInLimit({ clock: () => 0, attempts: 3, attemptsPerAddress: 20, maxEntries: 100 });
    for (let round = 0; round < 3; round += 1) expect(limit.begin('ada', '192.0.2.1')).toBe(0);
    let paused = 0;
    for (let name = 0; name < 200; name += 1) if (limit.begin(`name${name}`, '192.0.2.1') > 0) paused += 1;
    expect(paused).toBeGreaterThan(180);
    expect(limit.begin('ada', '192.0.2.1')).toBeGreaterThan(0);
  });

  it('does not count those who sign in with the right password', () => {
    const limit = createSignInLimit({ clock: () => 0, attemptsPerAddress: 3 });
    for (let person = 0; person < 20; person += 1) {
      expect(limit.begin(`person${person}`, '192.0.2.7')).toBe(0);
      limit.succeed(`person${person}`, '192.0.2.7');
    }
  });
});
