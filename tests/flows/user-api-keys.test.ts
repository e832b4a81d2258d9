// API keys by the JSON API: made, named, listed, used, ended; and what a key may never do.
import { describe, expect, it } from 'vitest';
import { noKeyCache } from '../../src/directory/login-state.ts';
import { apiKeyDigest } from '../../src/tokens/api-key-format.ts';
import { createApiKeys } from '../../src/tokens/api-keys.ts';
import { directoryWorld } from '../support/directory-kinds.ts';
import { startUserApiWorld, type UserApiWorld } from '../support/user-api-world.ts';

const startWithAda = async (directory: UserApiWorld['directory'], options = {}) => {
  const world = await startUserApiWorld({ directory, apiKeys: true, ...options });
  const id = await world.add('ada', ['reports']);
  const token = await world.logIn('ada');
  const make = async (body?: unknown) =>
    (await world.ask('POST', '/api/user/key', { token, ...(body === undefined ? {} : { body }) })).json;
  const use = async (key: string, path = '/app/key-reports') =>
    (await world.ask('GET', path, { key })).status;
  const list = async () => (await world.ask('GET', '/api/user/keys', { token })).json.keys;
  return { world, id, token, make, use, list };
};

const { stores } = directoryWorld();

describe.each(stores)('API keys in %s', (_kind, open) => {
  it('AD-15: are 256 random bits behind a prefix, kept as a digest, and shown once', async () => {
    const { world, token, make, list } = await startWithAda(await open());
    await using _ = world;
    const made = await Promise.all(Array.from({ length: 20 }, (_, index) => make({ name: `key ${index}` })));
    const keys: string[] = made.map(({ apiKey }) => apiKey);
    expect(new Set(keys).size).toBe(20);
    for (const key of keys) {
      expect(key).toMatch(/^lk_[\w-]{49}$/);
      expect(await world.directory.apiKeys.find(apiKeyDigest(key))).not.toBeNull();
      expect(await world.directory.apiKeys.find(key)).toBeNull();
    }
    const shown = JSON.stringify([await list(), (await world.ask('GET', '/api/user', { token })).text]);
    for (const key of keys) {
      expect(shown).not.toContain(key);
      expect(shown).not.toContain(apiKeyDigest(key));
    }
    expect(JSON.stringify(world.events)).not.toMatch(/lk_/);
    expect(world.events.filter(({ type }) => type === 'api_key_created')).toHaveLength(20);
  });

  it('without a name replaces the one without, and leaves those with a name alone', async () => {
    const { world, make, use, list } = await startWithAda(await open());
    await using _ = world;
    const [first, ci, second] = [await make(), await make({ name: 'ci' }), await make()];
    expect(await use(first.apiKey)).toBe(401);
    expect([await use(ci.apiKey), await use(second.apiKey)]).toEqual([200, 200]);
    expect((await list()).map(({ name }: { name: string }) => name).sort()).toEqual(['ci', 'default']);
  });

  it('end at the time they were given, or when their person ends one by its id', async () => {
    const { world, token, make, use, list } = await startWithAda(await open());
    await using _ = world;
    const expiresAt = new Date(world.now() + 60_000).toISOString();
    const [short, long] = [await make({ name: 'short', expiresAt }), await make({ name: 'long' })];
    expect(short.expiresAt).toBe(expiresAt);
    expect(await use(short.apiKey)).toBe(200);
    world.advance(61);
    expect([await use(short.apiKey), await use(long.apiKey)]).toEqual([401, 200]);
    const removed = await world.ask('DELETE', `/api/user/keys/${long.id}`, { token });
    expect([removed.status, removed.json]).toEqual([200, { keyId: long.id, deleted: true }]);
    expect(await use(long.apiKey)).toBe(401);
    expect((await world.ask('DELETE', `/api/user/keys/${long.id}`, { token })).status).toBe(404);
    expect((await list()).map(({ id }: { id: string }) => id)).toEqual([short.id]);
  });

  it('are refused with an end that is over or no time, with no name, and beyond fifty', async () => {
    const { world, make } = await startWithAda(await open());
    await using _ = world;
    for (const body of [
      ...[{ expiresAt: '2020-01-01T00:00:00Z' }, { expiresAt: 'tomorrow' }, { expiresAt: 1e15 }],
      ...[{ name: '' }, { name: ' ' }, { name: 'x'.repeat(201) }, { name: ['a'] }, { name: { $ne: 1 } }],
    ]) {
      expect((await make(body)).code, JSON.stringify(body)).toBe('request_malformed');
    }
    for (let index = 0; index < 50; index += 1) expect((await make({ name: 'ci' })).apiKey).toMatch(/^lk_/);
    expect((await make({ name: 'ci' })).code).toBe('request_malformed');
  });

  it('of somebody else cannot be seen or ended', async () => {
    const { world, make, use } = await startWithAda(await open());
    await using _ = world;
    const { apiKey, id } = await make({ name: 'mine' });
    await world.add('eve', ['admin']);
    const eve = await world.logIn('eve');
    expect((await world.ask('GET', '/api/user/keys', { token: eve })).json).toEqual({ keys: [] });
    expect((await world.ask('DELETE', `/api/user/keys/${id}`, { token: eve })).status).toBe(404);
    expect((await world.ask('DELETE', '/api/user/key', { token: eve })).status).toBe(200);
    expect(await use(apiKey)).toBe(200);
  });

  it('AD-16c: lose what their person loses at once, and stop with them', async () => {
    const { world, id, make, use } = await startWithAda(await open());
    await using _ = world;
    const { people } = world.directory;
    const { apiKey } = await make();
    expect(await use(apiKey)).toBe(200);
    await people.change(id, { permissions: [] }, 'admin', world.now());
    expect([await use(apiKey), await use(apiKey, '/app/keys')]).toEqual([403, 200]);
    await people.change(id, { disabled: true }, 'admin', world.now());
    expect(await use(apiKey, '/app/keys')).toBe(401);
    await people.change(id, { disabled: false }, 'admin', world.now());
    expect(await use(apiKey, '/app/keys')).toBe(200);
    await people.remove(id, 'admin');
    expect(await use(apiKey, '/app/keys')).toBe(401);
  });

  it('AD-16c: that were made for less than their person may do open no more than that', async () => {
    const { world, id, use } = await startWithAda(await open());
    await using _ = world;
    const { people, apiKeys } = world.directory;
    const { issuer, subject } = (await people.find(id)) ?? expect.fail('ada is gone');
    await people.change(id, { permissions: ['reports', 'billing'] }, 'admin', world.now());
    const store = { store: apiKeys, cache: noKeyCache };
    const wanted = { name: 'nightly', owner: { issuer, subject }, permissions: ['billing'] };
    const { key } = await createApiKeys(store, world.now, () => {}).create(wanted);
    expect([await use(key), await use(key, '/app/keys')]).toEqual([403, 200]);
    // Nor when nothing is left of what it was made for.
    await people.change(id, { permissions: ['reports'] }, 'admin', world.now());
    expect([await use(key), await use(key, '/app/keys')]).toEqual([403, 200]);
  });

  it('AD-16: unknown, mistyped and in the wrong place they are refused, before any look-up where none are taken', async () => {
    const directory = await open();
    let lookUps = 0;
    const find: typeof directory.apiKeys.find = (digest) => {
      lookUps += 1;
      return directory.apiKeys.find(digest);
    };
    const { world, make } = await startWithAda({ ...directory, apiKeys: { ...directory.apiKeys, find } });
    await using _ = world;
    const { apiKey } = await make();
    const get = async (path: string, headers: Record<string, string> = {}) =>
      (await world.ask('GET', path, { headers })).status;
    for (const path of ['/app/any', '/api/user', '/api/user/users', '/api/user/keys']) {
      expect(await get(path, { authorization: `Token ${apiKey}` }), path).toBe(403);
      expect(await get(path, { authorization: 'Token whatever' }), path).toBe(403);
    }
    expect(lookUps).toBe(0);
    expect(await get('/app/keys', { authorization: `Token ${apiKey}` })).toBe(200);
    expect(await get('/app/keys', { 'x-api-key': apiKey })).toBe(200);
    expect(await get('/app/any', { 'x-api-key': apiKey })).toBe(401);
    for (const authorization of [
      apiKey,
      `Bearer ${apiKey}`,
      `Token ${apiKey}x`,
      `Token lk_${'a'.repeat(49)}`,
      'Token',
    ]) {
      expect(await get('/app/keys', { authorization }), authorization.slice(0, 12)).toBe(401);
    }
    for (const name of ['apiKey', 'api_key', 'key', 'token', 'access_token', 'Authorization']) {
      expect(await get(`/app/keys?${name}=${apiKey}`), name).toBe(401);
    }
    await using without = await world.another({ apiKeys: false });
    expect((await without.ask('GET', '/app/keys', { key: apiKey })).status).toBe(403);
  });

  it('AD-17: may be used so often in a minute, each for itself, and are named by their id alone', async () => {
    const { world, id, make } = await startWithAda(await open(), { keyRequestsPerMinute: 3 });
    await using _ = world;
    const [one, other] = [await make({ name: 'one' }), await make({ name: 'other' })];
    const use = (key: string) => world.ask('GET', '/app/keys', { key });
    for (let index = 0; index < 3; index += 1) expect((await use(one.apiKey)).status).toBe(200);
    const refused = await use(one.apiKey);
    expect([refused.status, refused.json.code]).toEqual([429, 'too_many_requests']);
    expect((await use(other.apiKey)).status).toBe(200);
    world.advance(61);
    expect((await use(one.apiKey)).json).toMatchObject({ username: 'ada', apiKeyId: one.id });
    await world.directory.people.change(id, { disabled: true }, 'admin', world.now());
    await use(one.apiKey);
    await world.directory.people.change(id, { disabled: false, permissions: [] }, 'admin', world.now());
    await world.ask('GET', '/app/key-reports', { key: one.apiKey });
    expect(world.events.at(-1)).toMatchObject({
      ...{ type: 'api_access_refused', code: 'insufficient_permissions', personId: id, keyId: one.id },
      path: '/app/key-reports',
    });
  });
});
