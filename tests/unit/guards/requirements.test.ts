// What a guard may require: each requirement, their order, and when signing in again would help.
import { describe, expect, it } from 'vitest';
import type { RequestAuth } from '../../../src/guards/request-auth.ts';
import { allOf, anyOf, firstUnmet, type Requirements } from '../../../src/guards/requirements.ts';

const now = 1_800_000_000;
const order = ['bronze', 'silver', 'gold'];
const ada: RequestAuth = {
  kind: 'session',
  subject: 'ada',
  issuer: 'https://op.example',
  clientId: null,
  scope: ['openid', 'reports'],
  permissions: ['read', 'write'],
  roles: ['editor'],
  acr: 'silver',
  amr: ['pwd', 'otp'],
  authTime: now - 600,
  expiresAt: 0,
  claims: {},
  apiKey: null,
  session: { startedAt: 0, idleEndsAt: 0, absoluteEndsAt: 0 },
  accessToken: async () => '',
};
const judge = (required: Requirements, auth: Partial<RequestAuth> = {}) => {
  const unmet = firstUnmet({ ...ada, ...auth }, required, order, now);
  return unmet === null
    ? 'met'
    : { code: unmet.error.code, needed: unmet.error.details.needed, again: unmet.stepUp };
};
const refused = (code: string, needed: readonly string[]) => ({ code, needed, again: null });
const again = (acrValues: readonly string[] | null, maxAge: number | null) => ({
  code: 'authentication_insufficient',
  needed: undefined,
  again: { acrValues, maxAge },
});

describe('met', () => {
  it.each<Requirements>([
    {},
    { scope: [], permissions: [], roles: [], amr: [] },
    { permissions: anyOf(), roles: allOf() },
    { scope: ['reports'], permissions: ['write', 'read'], roles: ['editor'], amr: ['otp'] },
    { permissions: anyOf('admin', 'read') },
    { permissions: allOf('read', 'write') },
    { acr: 'bronze' },
    { acr: 'silver', maxAge: 600 },
    { maxAge: 571 },
  ])('%j', (required) => {
    expect(judge(required)).toBe('met');
  });
});

describe('not met', () => {
  it.each<[Requirements, unknown]>([
    [{ scope: ['reports', 'a', 'b'] }, refused('insufficient_scope', ['a', 'b'])],
    [{ permissions: ['read', 'admin'] }, refused('insufficient_permissions', ['admin'])],
    [{ permissions: anyOf('admin', 'root') }, refused('insufficient_permissions', ['admin', 'root'])],
    [{ roles: ['Editor'] }, refused('insufficient_roles', ['Editor'])],
    [{ scope: ['report'] }, refused('insufficient_scope', ['report'])],
    [{ amr: ['hwk'] }, { ...refused('authentication_insufficient', []), needed: undefined }],
    [{ acr: 'gold' }, again(['gold'], null)],
    [{ acr: 'unlisted' }, again(['unlisted'], null)],
    [{ acr: 'gold', maxAge: 60 }, again(['gold'], 60)],
    [{ acr: 'bronze', maxAge: 60 }, again(order, 60)],
    [{ maxAge: 569 }, again(null, 569)],
    [{ maxAge: 0 }, again(null, 0)],
  ])('%j', (required, answer) => {
    expect(judge(required)).toEqual(answer);
  });

  it('tells all scopes to ask for, those that are there too: a token for the missing one alone has no others', () => {
    for (const scope of [['reports', 'a'], anyOf('a', 'b')]) {
      const details = firstUnmet(ada, { scope }, order, now)?.error.details;
      expect(details?.scope).toEqual('mode' in scope ? scope.names : scope);
    }
  });

  it('when the credential says nothing about it', () => {
    const silent = { scope: [], permissions: [], roles: [], amr: [], acr: null, authTime: null };
    expect(judge({ acr: 'bronze' }, silent)).toEqual(again(order, null));
    expect(judge({ maxAge: 1e9 }, silent)).toEqual(again(null, 1e9));
    expect(judge({ permissions: ['read'] }, silent)).toEqual(refused('insufficient_permissions', ['read']));
  });

  it('says the first thing that is missing, in the order of the guard', () => {
    const all: Requirements = {
      permissions: ['x'],
      roles: ['x'],
      maxAge: 1,
      amr: ['x'],
      acr: 'gold',
      scope: ['x'],
    };
    const codes: unknown[] = [];
    for (const name of ['scope', 'acr', 'maxAge', 'amr', 'roles', 'permissions'] as const) {
      codes.push(judge(all));
      delete (all as Partial<Record<keyof Requirements, unknown>>)[name];
    }
    expect(codes).toEqual([
      refused('insufficient_scope', ['x']),
      again(['gold'], 1),
      again(null, 1),
      { ...refused('authentication_insufficient', []), needed: undefined },
      refused('insufficient_roles', ['x']),
      refused('insufficient_permissions', ['x']),
    ]);
    expect(judge(all)).toBe('met');
  });
});
