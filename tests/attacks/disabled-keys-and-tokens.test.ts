// API keys and access tokens of people whom the directory no longer lets act, and what it adds to tokens of the others.
import type { Express } from 'express';
import { describe, expect, it } from 'vitest';
import { memoryApiKeys } from '../../src/embedded.ts';
import type { Auth, AuthOptions, LocalRights } from '../../src/index.ts';
import { challengeOf, guardedRoutes, mint, show, startBearerWorld } from '../support/bearer-world.ts';
import { createTestDirectory } from '../support/rights-world.ts';
import { testUser } from '../support/scripted-provider.ts';

const routes = (app: Express, auth: Auth): void => {
  guardedRoutes(app, auth);
  app.all('/key', auth.authenticated({ apiKeys: true }), show);
  app.all('/people', auth.authenticated({ permissions: ['people:admin'] }), show);
};

const open = async (auth: Partial<AuthOptions> = {}) => {
  const directory = createTestDirectory();
  const options = { directory, apiKeys: memoryApiKeys(), ...auth };
  const world = await startBearerWorld({ auth: options }, routes);
  const make = async (subject = testUser.sub, issuer = world.provider.issuer) =>
    (await world.auth.apiKeys.create({ name: 'export', owner: { issuer, subject } })).key;
  const withKey = async (key: string) => (await world.ask('/key', { 'x-api-key': key })).status;
  const bear = async (token: string, path = '/token') => (await world.bear(token, path)).status;
  return { ...world, directory, make, withKey, status: bear };
};

const gone: readonly (readonly [string, Partial<LocalRights> | null])[] = [
  ['LO-15a: disabled', { disabled: true }],
  ['LO-15b: deleted', null],
];

describe('an API key', () => {
  it.each(gone)('AD-16c: of somebody who was %s is refused at the next request', async (_what, change) => {
    await using world = await open();
    world.directory.set({});
    const key = await world.make();
    const keyOfNobody = (await world.auth.apiKeys.create({ name: 'machine' })).key;
    expect(await world.withKey(key)).toBe(200);
    if (change === null) world.directory.people.clear();
    else world.directory.set(change);
    const answer = await world.ask('/key', { 'x-api-key': key });
    const unknown = await world.ask('/key', { 'x-api-key': `${key.slice(0, -6)}aaaaaa` });
    expect(answer.status).toBe(401);
    expect(challengeOf(answer)).toEqual(challengeOf(unknown));
    expect(await world.withKey(keyOfNobody)).toBe(200);
  });

  it('AD-16c: that was revoked in the store is refused at the next request as well', async () => {
    const store = memoryApiKeys();
    await using world = await open({ apiKeys: store });
    const { key, record } = await world.auth.apiKeys.create({ name: 'machine' });
    expect(await world.withKey(key)).toBe(200);
    // As another node does it: this one hears nothing of it.
    await store.revoke(record.id, world.now());
    expect(await world.withKey(key)).toBe(401);
  });

  it('counts for as long as a look-up may be remembered, where that is wanted', async () => {
    await using world = await open({ apiKeySeconds: 5 });
    world.directory.set({});
    const key = await world.make();
    expect(await world.withKey(key)).toBe(200);
    world.directory.set({ disabled: true });
    expect(await world.withKey(key)).toBe(200);
    world.advance(6);
    expect(await world.withKey(key)).toBe(401);
  });

  it('of an account that is kept here acts as the same person as their session', async () => {
    await using world = await open({ directoryIssuer: 'local' });
    world.directory.set({});
    const key = await world.make(testUser.sub, 'local');
    const { auth } = JSON.parse((await world.ask('/key', { 'x-api-key': key })).body);
    expect(auth).toMatchObject({ subject: testUser.sub, issuer: world.provider.issuer });
    expect(world.directory.asked).toEqual([`rightsOf local ${testUser.sub}`]);
  });

  it('is not let in by a directory that is away', async () => {
    await using world = await open();
    world.directory.set({});
    const key = await world.make();
    world.directory.broken = true;
    expect(await world.withKey(key)).toBe(503);
  });
});

describe('an access token in a header', () => {
  it('carries what the directory gives its person as well', async () => {
    await using world = await open();
    const token = await mint(world.provider, { permissions: ['reports:read'] });
    expect(await world.status(token, '/people')).toBe(403);
    world.directory.set({ permissions: ['people:admin', 'reports:read'], roles: ['boss'] });
    world.advance(11);
    const { auth } = JSON.parse((await world.bear(token, '/people')).body);
    expect(auth).toMatchObject({ permissions: ['reports:read', 'people:admin'], roles: ['boss'] });
    world.directory.set({ permissions: [] });
    world.advance(11);
    expect(await world.status(token, '/people')).toBe(403);
  });

  it.each([
    [10, 9],
    [0, 0],
  ])(
    'LO-15a: of a disabled person is refused once the answer from before is forgotten: %d s',
    async (directorySeconds, later) => {
      await using world = await open({ directorySeconds });
      world.directory.set({});
      const token = await mint(world.provider);
      expect(await world.status(token)).toBe(200);
      world.directory.set({ disabled: true });
      world.advance(later);
      expect(await world.status(token)).toBe(directorySeconds === 0 ? 401 : 200);
      world.advance(directorySeconds === 0 ? 0 : 2);
      const answer = await world.bear(token, '/optional');
      expect([answer.status, challengeOf(answer).error]).toEqual([401, 'invalid_token']);
    },
  );

  it('of somebody who is not in the directory has its own rights, unless accounts are kept there', async () => {
    await using world = await open();
    expect(await world.status(await mint(world.provider))).toBe(200);
    await using own = await open({ directoryIssuer: 'local' });
    expect(await own.status(await mint(own.provider))).toBe(401);
  });

  it('of a service is not looked up among people', async () => {
    await using world = await open({ directoryIssuer: 'local' });
    const token = await mint(world.provider, { sub: 'export-service', client_id: 'export-service' });
    expect(await world.status(token)).toBe(200);
    expect(world.directory.asked).toEqual([]);
  });

  it('is looked up once for many requests at the same time, and not let in by a directory that is away', async () => {
    await using world = await open();
    const token = await mint(world.provider);
    await Promise.all(Array.from({ length: 20 }, () => world.status(token)));
    expect(world.directory.asked).toHaveLength(1);
    world.directory.broken = true;
    world.advance(11);
    expect([await world.status(token), await world.status(token, '/optional')]).toEqual([503, 503]);
  });
});
