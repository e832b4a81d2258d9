// Programs with API keys: what a key may do, and how an app makes and lists them.
import { describe, expect, it } from 'vitest';
import type { NewApiKey } from '../../src/index.ts';
import { startKeyWorld } from '../support/api-key-world.ts';
import { challengeOf, mint, show, startBearerWorld } from '../support/bearer-world.ts';

describe('a program with a key', () => {
  it('is let in with the rights of the key, under either header, and is told apart from people', async () => {
    await using world = await startKeyWorld();
    const { key, record } = await world.make({ tenant: 'north' });
    for (const headers of [{ authorization: `Token ${key}` }, { 'x-api-key': key }]) {
      const { auth, user } = JSON.parse((await world.ask('/user', headers)).body);
      expect(auth).toEqual({
        kind: 'api_key',
        subject: record.id,
        issuer: world.url,
        clientId: null,
        permissions: ['reports:read'],
        roles: ['robot'],
        scope: ['reports'],
        acr: null,
        amr: [],
        authTime: null,
        expiresAt: null,
        claims: {},
        session: null,
        apiKey: { id: record.id, name: 'nightly export', tenant: 'north' },
      });
      expect(user).toEqual({ sub: record.id, name: 'nightly export' });
    }
    expect(world.provider.calls()).toEqual([]);
  });

  it('acts for the owner of the key, with the rights of the key alone', async () => {
    await using world = await startKeyWorld();
    const owner = { issuer: world.provider.issuer, subject: 'user-ada' };
    const { key, record } = await world.make({ owner, permissions: [] });
    const { auth, user } = JSON.parse((await world.withKey(key, '/user')).body);
    expect(auth).toMatchObject({ subject: 'user-ada', issuer: owner.issuer, permissions: [] });
    expect(user).toEqual({ sub: 'user-ada' });
    expect((await world.withKey(key, '/permission')).status).toBe(403);
    expect(await world.auth.apiKeys.list(owner)).toEqual([{ ...record, lastUsedAt: expect.any(Number) }]);
  });

  it('needs no proof of origin, but cannot have signed in lately', async () => {
    await using world = await startKeyWorld();
    const { key } = await world.make();
    const elsewhere = { 'x-api-key': key, 'sec-fetch-site': 'cross-site' };
    expect((await world.ask('/key', elsewhere, 'POST')).status).toBe(200);
    expect((await world.withKey(key, '/permission')).status).toBe(200);
    const answer = await world.withKey(key, '/fresh');
    expect([answer.status, challengeOf(answer).error]).toEqual([401, 'insufficient_user_authentication']);
  });

  it('may use the access token of a machine in x-api-key where keys are taken', async () => {
    await using world = await startKeyWorld();
    const token = await mint(world.provider, { sub: 'machine', client_id: 'machine' });
    const { auth } = JSON.parse((await world.ask('/key', { 'x-api-key': token })).body);
    expect(auth).toMatchObject({ kind: 'bearer', subject: 'machine', apiKey: null });
    expect((await world.ask('/none', { 'x-api-key': token })).status).toBe(401);
    const expired = await mint(world.provider, { exp: 1 });
    expect((await world.ask('/key', { 'x-api-key': expired })).status).toBe(401);
    expect(world.state.finds).toBe(0);
  });
});

describe('making keys', () => {
  it('shows the key once: neither list nor events nor the store hold it', async () => {
    await using world = await startKeyWorld();
    const { key, record } = await world.make();
    expect(JSON.stringify([record, await world.auth.apiKeys.list(null), world.events])).not.toContain(
      key.slice(3, 40),
    );
    expect(world.events).toContainEqual({
      ...{ type: 'api_key_created', keyId: record.id, name: record.name, subject: null },
    });
  });

  it.each<[string, object]>([
    ['no name', { name: ' ' }],
    ['a name that is too long', { name: 'x'.repeat(201) }],
    ['an end that is over', { expiresAt: 1 }],
    ['an end that is no time', { expiresAt: Number.NaN }],
    ['half an owner', { owner: { issuer: 'x', subject: '' } }],
    ['permissions that are a text', { permissions: 'admin' }],
    ['an empty permission', { permissions: [''] }],
  ])('is refused with %s', async (_what, more) => {
    await using world = await startKeyWorld();
    await expect(world.make(more as Partial<NewApiKey>)).rejects.toMatchObject({ code: 'request_malformed' });
    expect(await world.auth.apiKeys.list(null)).toEqual([]);
  });

  it('says what is missing where no store is configured, when a guard is made too', async () => {
    await using world = await startBearerWorld({}, (app, auth) => {
      expect(() => auth.authenticated({ apiKeys: true })).toThrow(/apiKeys: is missing.*embeddedApiKeys/s);
      app.get('/', auth.authenticated(), show);
    });
    await expect(world.auth.apiKeys.create({ name: 'x' })).rejects.toThrow(/apiKeys: is missing/);
  });
});
