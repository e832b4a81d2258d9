// How a session is written down, and that nothing but a session is read back.
import type { SessionData } from 'express-session';
import { describe, expect, it } from 'vitest';
import { readSession, stampOf, stampWidth, writeSession } from '../../../src/stores/stored-session.ts';

const now = Date.UTC(2026, 0, 1);
const session = { cookie: { path: '/' }, cart: ['ünï', '"quoted"'] } as unknown as SessionData;

describe('a written session', () => {
  it('comes back with when it was last seen', () => {
    expect(readSession(writeSession(session, now))).toEqual({ ...session, seenAt: now });
  });

  it('forgets the old stamp', () => {
    const text = writeSession({ ...session, seenAt: 1 }, now);
    expect(readSession(text)?.seenAt).toBe(now);
    expect(text.slice(stampWidth)).not.toContain('seenAt');
  });

  it('takes a new stamp over the old one without touching the rest', () => {
    const text = writeSession(session, now);
    expect(readSession(stampOf(now + 5000) + text.slice(stampWidth))).toEqual({
      ...session,
      seenAt: now + 5000,
    });
  });
});

it.each([0, 1, now, now + 0.9, 9_999_999_999_999])('stamps %s in thirteen digits', (time) => {
  expect(stampOf(time)).toMatch(/^\d{13}$/);
  expect(Number(stampOf(time))).toBe(Math.trunc(time));
});

it.each([
  ['nothing', ''],
  ['only a stamp', stampOf(now)],
  ['half a session', writeSession(session, now).slice(0, -3)],
  ['no stamp', JSON.stringify(session)],
  ['a stamp of letters', `abcdefghijklm${JSON.stringify(session)}`],
  ['null', `${stampOf(now)}null`],
  ['a list', `${stampOf(now)}[]`],
  ['a number', `${stampOf(now)}7`],
  ['a text', `${stampOf(now)}"text"`],
  ['another format', 'O:8:"stdClass":0:{}'],
])('reads %s as no session', (_what, text) => {
  expect(readSession(text)).toBeNull();
});
