// Who somebody is and what they may do, from ID token, access token and userinfo.
import { describe, expect, it } from 'vitest';
import type { AuthorizationSource } from '../../../src/config/options.ts';
import { type ClaimSources, identityFrom } from '../../../src/identity/identity.ts';

const defaults = {
  permissionsClaim: ['permissions'],
  rolesClaim: ['roles'],
  authorizationFrom: ['access_token', 'id_token'] as readonly AuthorizationSource[],
};
const identity = (sources: Partial<ClaimSources>, rules: Partial<typeof defaults> = {}) =>
  identityFrom(
    'ada',
    { idToken: {}, accessToken: null, userinfo: null, ...sources },
    { ...defaults, ...rules },
  );

describe('the person', () => {
  it('is described by the ID token, and userinfo goes over it', () => {
    const { user } = identity({
      idToken: { name: 'Ada', email: 'old@example.com', sub: 'ada' },
      userinfo: { email: 'new@example.com', sub: 'ada' },
    });
    expect(user).toEqual({ name: 'Ada', email: 'new@example.com', sub: 'ada' });
  });

  it('has no second copy of permissions and roles among their claims', () => {
    const { user } = identity({
      idToken: { permissions: ['a'], roles: ['b'] },
      userinfo: { permissions: ['admin'], roles: ['admin'] },
    });
    expect(user).toEqual({ sub: 'ada' });
  });
});

describe('what they may do', () => {
  it('is read from the access token first, then from the ID token', () => {
    const idToken = { permissions: ['from id'], roles: ['from id'] };
    const accessToken = { permissions: ['from access'] };
    expect(identity({ idToken, accessToken })).toMatchObject({
      permissions: ['from access'],
      roles: ['from id'],
    });
  });

  it('never comes from userinfo unless the configuration says so', () => {
    const userinfo = { permissions: ['admin'], roles: ['admin'] };
    expect(identity({ userinfo })).toMatchObject({ permissions: [], roles: [] });
    expect(identity({ userinfo }, { authorizationFrom: ['userinfo'] })).toMatchObject({
      permissions: ['admin'],
      roles: ['admin'],
    });
  });

  it('is the first claim path that is present, empty ones included', () => {
    const idToken = { first: [], second: ['b'], realm_access: { roles: 'x y' } };
    const rules = { permissionsClaim: ['missing', 'first', 'second'], rolesClaim: ['realm_access.roles'] };
    expect(identity({ idToken }, rules)).toMatchObject({ permissions: [], roles: ['x', 'y'] });
  });

  it('counts as none when it is of another shape, and falls through to nothing weaker', () => {
    for (const permissions of [{ admin: true }, [1], true, null, [['admin']]]) {
      const sources = { accessToken: { permissions }, idToken: { permissions: ['admin'] } };
      expect(identity(sources).permissions).toEqual([]);
    }
  });

  it('holds each name once, and 500 at most', () => {
    const names = Array.from({ length: 2000 }, (_, index) => `p${index % 1000}`);
    const { permissions } = identity({ idToken: { permissions: names } });
    expect(permissions).toHaveLength(500);
    expect(new Set(permissions).size).toBe(500);
  });

  it('cannot come from a prototype', () => {
    const hostile = JSON.parse('{"__proto__": {"permissions": ["admin"]}}') as Record<string, unknown>;
    expect(identity({ idToken: hostile, accessToken: hostile }).permissions).toEqual([]);
  });
});
