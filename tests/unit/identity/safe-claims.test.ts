// What a session keeps of the claims about a person: safe keys, no protocol noise, and never too much.
import { describe, expect, it } from 'vitest';
import { keepClaims, maxUserBytes } from '../../../src/identity/safe-claims.ts';

const nested = (depth: number): unknown => (depth === 0 ? 'bottom' : { in: nested(depth - 1) });

describe('claims that are kept', () => {
  it('are those about the person, custom ones too', () => {
    const given = {
      sub: 'x',
      name: 'Ada',
      'https://app.example/team': ['a'],
      address: { country: 'SE' },
      nice: true,
    };
    const { user, trimmedFrom } = keepClaims(given, 'ada');
    expect(user).toEqual({ ...given, sub: 'ada' });
    expect(trimmedFrom).toBeNull();
  });

  it('are not those about the protocol', () => {
    const names = ['iss', 'aud', 'exp', 'iat', 'nonce', 'at_hash', 'sid', 'acr', 'amr', 'auth_time', 'scope'];
    const noise = Object.fromEntries([...names, '_claim_names', '_claim_sources'].map((name) => [name, 'x']));
    expect(keepClaims({ ...noise, name: 'Ada' }, 'ada').user).toEqual({ name: 'Ada', sub: 'ada' });
  });

  it('never replace the subject', () => {
    expect(keepClaims({ sub: 'eve' }, 'ada').user.sub).toBe('ada');
    expect(keepClaims({ sub: 'eve', filler: 'x'.repeat(9000) }, 'ada').user.sub).toBe('ada');
  });

  it.each<[string, unknown]>([
    ['name', { toString: 'x' }],
    ['email', ['a@example.com']],
    ['email_verified', 'true'],
    ['locale', 7],
    ['picture', null],
    ['updated_at', 'yesterday'],
  ])('leave out a %s of the wrong type', (name, value) => {
    expect(keepClaims({ [name]: value }, 'ada').user).toEqual({ sub: 'ada' });
  });
});

describe('hostile claims', () => {
  it.each(['__proto__', 'constructor', 'prototype'])('cannot bring %s, at the top or deep inside', (key) => {
    const text = `{"${key}": {"admin": true}, "team": {"${key}": {"admin": true}, "list": [{"${key}": 1, "a": 2}]}}`;
    const { user } = keepClaims(JSON.parse(text), 'ada');
    expect(JSON.stringify(user)).toBe('{"team":{"list":[{"a":2}]},"sub":"ada"}');
    expect((user as { admin?: unknown }).admin).toBeUndefined();
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
  });

  it('are cut off where they are nested without end', () => {
    const { user } = keepClaims({ team: nested(5000) }, 'ada');
    expect(JSON.stringify(user).match(/"in"/g)?.length).toBe(5);
  });
});

describe('too many claims', () => {
  it('leave the standard ones, shortened, and say how much it was', () => {
    const given = { name: 'n'.repeat(5000), email: 'ada@example.com', email_verified: true, groups: ['x'] };
    const { user, trimmedFrom } = keepClaims(given, 'ada');
    expect(user).toEqual({
      name: 'n'.repeat(200),
      email: 'ada@example.com',
      email_verified: true,
      sub: 'ada',
    });
    expect(trimmedFrom).toBeGreaterThan(5000);
  });

  it('are never more than what a session keeps, whatever they are', () => {
    const standard = ['name', 'nickname', 'profile', 'picture', 'website', 'email', 'locale', 'zoneinfo'];
    standard.push('given_name', 'family_name', 'middle_name', 'preferred_username', 'gender', 'birthdate');
    for (const filler of ['x', 'ü', '🐘', '\u0000', '"']) {
      const all = Object.fromEntries(standard.map((name) => [name, filler.repeat(5000)]));
      const { user } = keepClaims({ ...all, groups: Array(5000).fill('g'), address: nested(5) }, 'ada');
      expect(Buffer.byteLength(JSON.stringify(user))).toBeLessThanOrEqual(maxUserBytes);
    }
    const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`claim-${index}`, index]));
    expect(keepClaims(many, 'ada').user).toEqual({ sub: 'ada' });
  });
});
