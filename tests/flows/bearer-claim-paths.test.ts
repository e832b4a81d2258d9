// Where an access token says what it allows is the configuration's business: scope, permissions and roles by path.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BearerWorld, mint, startBearerWorld } from '../support/bearer-world.ts';
import type { Json } from '../support/scripted-provider/types.ts';

let world: BearerWorld;
beforeAll(async () => {
  world = await startBearerWorld({
    auth: {
      scopeClaim: ['https://example.test/scope', 'grants.scope', 'scope'],
      permissionsClaim: ['https://example.test/permissions', 'authz.permissions'],
      rolesClaim: ['realm_access.roles', 'resource_access.some-client.roles'],
    },
  });
});
afterAll(() => world[Symbol.asyncDispose]());

it.each<[string, Json, number]>([
  ['/scope', { scope: 'reports' }, 200],
  ['/scope', { scope: 'none', grants: { scope: ['reports'] } }, 200],
  ['/scope', { 'https://example.test/scope': 'reports', scope: 'none' }, 200],
  ['/scope', { 'https://example.test/scope': 'none', scope: 'reports' }, 403],
  ['/scope', { 'https://example.test/scope': { reports: true }, scope: 'reports' }, 403],
  ['/scope', { scope: undefined, scp: 'reports' }, 403],
  ['/permission', { 'https://example.test/permissions': ['reports:read'] }, 200],
  ['/permission', { authz: { permissions: 'reports:read other' } }, 200],
  ['/permission', { 'https://example.test/permissions': [], authz: { permissions: ['reports:read'] } }, 403],
  ['/permission', { permissions: ['reports:read'] }, 403],
  ['/role', { realm_access: { roles: ['analyst'] } }, 200],
  ['/role', { resource_access: { 'some-client': { roles: ['analyst'] } } }, 200],
  ['/role', { realm_access: { roles: [] }, resource_access: { 'some-client': { roles: ['analyst'] } } }, 403],
  ['/role', { realm_access: null, roles: ['analyst'] }, 403],
  ['/role', { 'realm_access.roles': ['analyst'] }, 200],
])('B7: at %s a token that says %j: %i', async (path, claims, status) => {
  const answer = await world.bear(await mint(world.provider, claims), path);
  expect(answer.status).toBe(status);
  expect(answer.body.includes('"ran"')).toBe(status === 200);
});
