// A guard whose options are misspelt or of the wrong kind: it would let in everybody whom it was to keep out.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Auth, anyOf, ConfigurationError, type GuardOptions } from '../../src/index.ts';
import { type AppWorld, startLibraryWorld } from '../support/app-world.ts';

let world: AppWorld;
let auth: Auth;
beforeAll(async () => {
  world = await startLibraryWorld(() => {});
  ({ auth } = world);
});
afterAll(() => world[Symbol.asyncDispose]());

/** As JavaScript hands them over. */
const asGiven = (options: object) => options as GuardOptions;
const load = () => ({ owner: 'somebody' });

describe('AZ: a requirement that would require nothing', () => {
  it.each([
    ['permission', { permission: ['admin'] }],
    ['role', { role: 'admin' }],
    ['scopes', { scopes: ['reports'] }],
    ['maxage', { maxage: 60 }],
    ['maxAge', { maxAge: '60' }],
    ['maxAge', { maxAge: Number.NaN }],
    ['maxAge', { maxAge: Number.POSITIVE_INFINITY }],
    ['maxAge', { maxAge: -1 }],
    ['acr', { acr: '' }],
    ['acr', { acr: ['gold'] }],
    ['scope', { scope: 'reports' }],
    ['roles', { roles: { admin: true } }],
    ['roles', { roles: { mode: 'some', names: ['admin', 'boss'] } }],
    ['roles', { roles: { mode: 'all', names: 'admin' } }],
    ['permissions', { permissions: [undefined] }],
    ['permissions', { permissions: null }],
    ['check', { check: true }],
  ])('stops the start and is named: %s in %j', (name, options) => {
    const makers = [
      () => auth.authenticated(asGiven(options)),
      () => auth.currentUser(asGiven(options)),
      () => auth.upgrade(asGiven(options)),
      () => auth.requires(asGiven(options)),
      () => auth.owns({ load, owner: 'owner', unless: asGiven(options) }),
    ];
    for (const make of makers) {
      expect(make).toThrow(ConfigurationError);
      expect(make).toThrow(name);
    }
  });

  it.each([
    [{}],
    [{ permissions: [], roles: anyOf(), scope: ['a'], amr: ['otp'], acr: 'gold', maxAge: 0 }],
    [{ optional: true, silent: true, refresh: true, unauthenticated: '401', check: () => true }],
    [{ permissions: undefined, optional: undefined, maxAge: undefined }],
  ])('is none of these: %j', (options) => {
    expect(auth.authenticated(asGiven(options))).toBeTypeOf('function');
  });
});
