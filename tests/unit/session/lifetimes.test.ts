// The two limits of a session: idle since the last visit, absolute since login.
import type { SessionData } from 'express-session';
import { describe, expect, it } from 'vitest';
import { absoluteEnd, createLifetimes, idleEnd, isOver, isTouchDue } from '../../../src/session/lifetimes.ts';

const start = Date.UTC(2026, 0, 1);
const at = (seconds: number) => ({
  idleSeconds: 100,
  absoluteSeconds: 1000,
  clock: () => start + seconds * 1000,
});
/** Signed in at the start, last seen so many seconds later. */
const session = (seenAfter: number): SessionData =>
  ({ latchkey: { startedAt: start }, seenAt: start + seenAfter * 1000 }) as unknown as SessionData;
const ofTheApp = { seenAt: start } as unknown as SessionData;

describe('seconds left', () => {
  it.each([
    [0, 100],
    [899, 100],
    [900, 100],
    [901, 99],
    [999.5, 1],
    [1000, 0],
    [1500, -500],
  ])('%s seconds after login a visit gives a lease of %s', (after, left) => {
    expect(createLifetimes(at(after)).secondsLeft(session(after))).toBe(left);
  });

  it("gives the idle time to a session of the app's own, which has no login", () => {
    expect(createLifetimes(at(5000)).secondsLeft(ofTheApp)).toBe(100);
  });

  it('hands the clock on', () => {
    expect(createLifetimes(at(7)).now()).toBe(start + 7000);
  });
});

describe('the end', () => {
  it('is when either limit has passed, to the millisecond', () => {
    expect(absoluteEnd(start, at(0))).toBe(start + 1_000_000);
    expect(idleEnd(session(50), at(0))).toBe(start + 150_000);
    expect(isOver(session(0), at(99.999))).toBe(false);
    expect(isOver(session(0), at(100))).toBe(true);
    expect(isOver(session(950), at(999.999))).toBe(false);
    expect(isOver(session(950), at(1000))).toBe(true);
  });

  it('counts from the login where nobody noted a visit, and is past without either', () => {
    const unseen = { latchkey: { startedAt: start } } as unknown as SessionData;
    expect(idleEnd(unseen, at(0))).toBe(start + 100_000);
    expect(isOver(ofTheApp, at(0))).toBe(true);
  });
});

it('makes a visit cost a write only when a tenth of the idle time has passed', () => {
  expect(isTouchDue(session(0), at(9.999))).toBe(false);
  expect(isTouchDue(session(0), at(10))).toBe(true);
  expect(isTouchDue({} as SessionData, at(0))).toBe(true);
});
