// What a store gives back as a session record: ours, one of a version before, or nothing.
import type { SessionData } from 'express-session';
import { describe, expect, it } from 'vitest';
import { recordOf, type SessionRecord } from '../../../src/session/record.ts';

const record: SessionRecord = {
  v: 1,
  issuer: 'https://provider.example',
  subject: 'user-ada',
  user: { sub: 'user-ada' },
  userAt: 2000,
  scope: ['openid'],
  permissions: [],
  roles: [],
  local: null,
  acr: null,
  amr: [],
  authTime: null,
  providerSession: null,
  startedAt: 1000,
  device: '',
  place: null,
  tokenHash: 'hash',
  tokenExpiresAt: 3000,
  refreshAt: null,
  previousTokenHash: null,
  previousUntil: 0,
};
const inSession = (latchkey: unknown): SessionData => ({ latchkey }) as SessionData;

it('gives what was written', () => {
  expect(recordOf(inSession(record))).toEqual(record);
});

it('takes the login as the time of userinfo where a version before did not note it', () => {
  const { userAt: _, ...old } = record;
  expect(recordOf(inSession(old))).toEqual({ ...record, userAt: 1000 });
});

it.each([null, 'yesterday', {}])('refuses %j as the time of userinfo', (userAt) => {
  expect(recordOf(inSession({ ...record, userAt }))).toBeNull();
});

it('has no rights of the directory where a version before did not keep any', () => {
  const { local: _, ...old } = record;
  expect(recordOf(inSession(old))).toEqual(record);
  expect(recordOf(inSession({ ...record, local: { permissions: 'all' } }))).toBeNull();
});

describe('a place', () => {
  it('that a version before did not keep is none', () => {
    const { place: _, ...old } = record;
    expect(recordOf(inSession(old))).toEqual(record);
  });

  it('is what was kept, and nothing but text', () => {
    expect(recordOf(inSession({ ...record, place: '192.0.2.x' }))?.place).toBe('192.0.2.x');
    for (const place of [7, {}, ['a']]) expect(recordOf(inSession({ ...record, place }))).toBeNull();
  });
});

it('of another shape is none', () => {
  expect(recordOf(inSession({ ...record, v: 2 }))).toBeNull();
  expect(recordOf(null)).toBeNull();
});

const full: SessionRecord = {
  ...record,
  permissions: ['a'],
  local: { permissions: ['b'], roles: [] },
  acr: 'gold',
  authTime: 1,
  providerSession: 'sid',
  place: '192.0.2.x',
  refreshAt: 2500,
  previousTokenHash: 'before',
};

describe('every field', () => {
  const wrong: readonly unknown[] = [true, { a: 1 }, [7], Number.NaN];
  it.each(Object.keys(full))('refuses what does not fit %s', (name) => {
    expect(recordOf(inSession(full))).toEqual(full);
    const isText = typeof full[name as keyof SessionRecord] === 'string';
    const unfit = [
      ...wrong.slice(0, 1),
      ...wrong.slice(2),
      isText ? 7 : 'text',
      ...(name === 'user' ? [] : [wrong[1]]),
    ];
    for (const value of unfit)
      expect(recordOf(inSession({ ...full, [name]: value })), String(value)).toBeNull();
  });

  const optional = new Set(['userAt', 'local', 'place']);
  it.each(Object.keys(full).filter((name) => !optional.has(name)))('cannot be without %s', (name) => {
    expect(recordOf(inSession({ ...full, [name]: undefined }))).toBeNull();
  });

  const mayBeNull = new Set([
    'local',
    'acr',
    'authTime',
    'providerSession',
    'place',
    'refreshAt',
    'previousTokenHash',
  ]);
  it.each(Object.keys(full))('knows whether %s may be null', (name) => {
    const found = recordOf(inSession({ ...full, [name]: null }));
    if (mayBeNull.has(name)) expect(found).toEqual({ ...full, [name]: null });
    else expect(found).toBeNull();
  });

  it.each(['scope', 'permissions', 'roles', 'amr'])('takes texts alone in %s', (name) => {
    for (const list of [['a', 7], [null], 'a', { 0: 'a', length: 1 }])
      expect(recordOf(inSession({ ...full, [name]: list }))).toBeNull();
    for (const list of [['a', 7], [null], undefined])
      expect(
        recordOf(inSession({ ...full, local: { permissions: [], roles: [], ...{ [name]: list } } })),
      ).toEqual(name === 'permissions' || name === 'roles' ? null : { ...full, local: expect.anything() });
  });
});
