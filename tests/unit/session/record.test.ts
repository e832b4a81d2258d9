// Records as stores give them back, also those that an earlier version wrote.
import type { SessionData } from 'express-session';
import { describe, expect, it } from 'vitest';
import { recordOf } from '../../../src/session/record.ts';

const before = {
  v: 1,
  ...{ issuer: 'https://provider.example', subject: 'ada', user: {}, scope: [], permissions: [], roles: [] },
  ...{ acr: null, amr: [], authTime: null, providerSession: null, startedAt: 1, device: 'a browser' },
  ...{ tokenHash: 'x', tokenExpiresAt: 2, refreshAt: null, previousTokenHash: null, previousUntil: 0 },
};
const read = (latchkey: unknown) => recordOf({ latchkey } as SessionData);

describe('a session record', () => {
  it('from before places were kept is read, and has none', () => {
    expect(read(before)).toEqual({ ...before, place: null });
  });

  it('has the place that was kept', () => {
    expect(read({ ...before, place: '192.0.2.x' })?.place).toBe('192.0.2.x');
    expect(read({ ...before, place: null })?.place).toBeNull();
  });

  it('of another shape is none', () => {
    for (const place of [7, {}, ['a']]) expect(read({ ...before, place })).toBeNull();
    expect(read({ ...before, v: 2 })).toBeNull();
    expect(recordOf(null)).toBeNull();
  });
});
