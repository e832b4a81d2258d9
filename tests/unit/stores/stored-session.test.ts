// How a session is written down, and that nothing but a session is read back.
import type { SessionData } from 'express-session';
import { describe, expect, it } from 'vitest';
import {
  keepPart,
  lengthWidth,
  readSession,
  replacePart,
  stampOf,
  stampWidth,
  writePart,
  writeSession,
} from '../../../src/stores/stored-session.ts';

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

describe('latchkey’s part and the app’s', () => {
  const partOf = (subject: string) => ({ subject }) as unknown as NonNullable<SessionData['latchkey']>;
  const of = (subject: string, cart: string) =>
    ({ cookie: { path: '/' }, cart: [cart], latchkey: partOf(subject) }) as unknown as SessionData;
  const names = ['ada', '', 'Ünï', '日本語', '🗝🗝', '\ud800', '"}{[]\\', '000123', 'a'.repeat(70_000)];

  it.each(names)('come back however many bytes a character has (%.20s)', (name) => {
    for (const other of names) {
      // A lone surrogate is written as an escape, so nothing is lost on the way through UTF-8.
      const session = of(name, other);
      const text = writeSession(session, now);
      expect(Buffer.from(text).toString('utf8')).toBe(text);
      expect(readSession(text)).toEqual({ ...session, seenAt: now });
    }
  });

  it('are counted in bytes, as Redis counts', () => {
    const text = writePart(partOf('🗝ü'));
    expect(Number(text.slice(0, lengthWidth))).toBe(Buffer.byteLength(text) - lengthWidth);
    expect(writePart(undefined)).toBe('000000');
  });

  it.each(names)('are replaced one without the other (%.20s)', (name) => {
    for (const other of names) {
      const stored = writeSession(of(name, other), now);
      expect(readSession(replacePart(stored, writePart(partOf('ben ü'))))).toEqual({
        ...of('ben ü', other),
        seenAt: now,
      });
      const late = writeSession(of('ünrefreshed 🗝', 'late ü'), now + 1);
      expect(readSession(keepPart(stored, late))).toEqual({ ...of(name, 'late ü'), seenAt: now + 1 });
    }
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
  ['null', `${stampOf(now)}000000null`],
  ['a list', `${stampOf(now)}000000[]`],
  ['a number', `${stampOf(now)}0000007`],
  ['a text', `${stampOf(now)}000000"text"`],
  ['the format before', stampOf(now) + JSON.stringify(session)],
  ['a length of letters', `${stampOf(now)}abcdef{}`],
  ['a length beyond the end', `${stampOf(now)}000003{}`],
  ['a length that cuts a part in two', `${stampOf(now)}000001{}{}`],
  ['another format', 'O:8:"stdClass":0:{}'],
])('reads %s as no session', (_what, text) => {
  expect(readSession(text)).toBeNull();
});
