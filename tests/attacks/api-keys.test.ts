// Somebody tries keys: where none is taken, made up, ended, revoked, or beside another credential.
import type { Express } from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { memoryApiKeys } from '../../src/embedded.ts';
import { type ApiKeyStore, type Auth, cookieToken } from '../../src/index.ts';
import { type BearerWorld, challengeOf, mint, show, startBearerWorld } from '../support/bearer-world.ts';

let world: BearerWorld;
let finds = 0;
const memory = memoryApiKeys();
const apiKeys: ApiKeyStore = {
  ...memory,
  find: (digest) => {
    finds += 1;
    return memory.find(digest);
  },
};
const routes = (app: Express, auth: Auth): void => {
  app.all('/key', auth.authenticated({ apiKeys: true }), show);
  app.all('/optional', auth.authenticated({ apiKeys: true, optional: true }), show);
  app.all('/permission', auth.authenticated({ apiKeys: true, permissions: ['reports:read'] }), show);
  app.all('/elsewhere', auth.authenticated({ apiKeys: true, token: cookieToken('mine') }), show);
  app.all('/none', auth.authenticated(), show);
  app.all('/none/optional', auth.currentUser({ optional: true }), show);
};
beforeAll(async () => {
  world = await startBearerWorld({ auth: { apiKeys } }, routes);
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => {
  finds = 0;
});

const make = (more: object = {}) => world.auth.apiKeys.create({ name: 'a key', ...more });
const withKey = (key: string, path = '/key') => world.ask(path, { authorization: `Token ${key}` });
const expect401 = async (key: string) => {
  for (const path of ['/key', '/optional']) {
    for (const headers of [{ authorization: `Token ${key}` }, { 'x-api-key': key }]) {
      const answer = await world.ask(path, headers);
      expect(answer.status, path).toBe(401);
      expect(challengeOf(answer).error).toBe('invalid_token');
      expect(answer.body).not.toContain('"ran"');
    }
  }
};

describe('AD: where a guard takes no keys', () => {
  it('a key is 403 before it is looked up, whether it is good or not, for optional guards too', async () => {
    const { key } = await make();
    for (const path of ['/none', '/none/optional']) {
      for (const value of [key, 'x'.repeat(40)]) {
        const answer = await withKey(value, path);
        expect(answer.status).toBe(403);
        expect(JSON.parse(answer.body).code).toBe('api_key_not_allowed');
        expect(answer.headers['www-authenticate']).toBeUndefined();
      }
    }
    expect(finds).toBe(0);
  });

  it('x-api-key is not a credential', async () => {
    const { key } = await make();
    const answer = await world.ask('/none', { 'x-api-key': key });
    expect([answer.status, challengeOf(answer).error]).toEqual([401, undefined]);
    expect((await world.ask('/none/optional', { 'x-api-key': key })).status).toBe(200);
    expect(finds).toBe(0);
  });
});

describe('AD: a key that is not good', () => {
  it('is 401 when it is unknown, and when it is mistyped that costs no look-up', async () => {
    const { key } = await make();
    await expect401(`${key.slice(0, -1)}${key.endsWith('x') ? 'y' : 'x'}`);
    expect(finds).toBe(0);
    await expect401(crypto.randomUUID());
    expect(finds).toBe(1);
  });

  it('is 401 when it has ended, to the second, although it is remembered', async () => {
    const { key } = await make({ expiresAt: world.now() + 5000 });
    expect((await withKey(key)).status).toBe(200);
    world.advance(6);
    await expect401(key);
    expect(finds).toBe(1);
  });

  it('is 401 at once here when it is revoked, and within ten seconds at other nodes', async () => {
    const { key, record } = await make();
    await using other = await startBearerWorld({ auth: { apiKeys } }, routes);
    const there = () => other.ask('/key', { 'x-api-key': key });
    expect([(await withKey(key)).status, (await there()).status]).toEqual([200, 200]);
    expect(await world.auth.apiKeys.revoke(record.id)).toBe(true);
    await expect401(key);
    expect((await there()).status).toBe(200);
    other.advance(11);
    expect((await there()).status).toBe(401);
    expect(await world.auth.apiKeys.revoke('unknown')).toBe(false);
    expect(world.events).toContainEqual({ type: 'api_key_revoked', keyId: record.id });
  });

  it.each(['', 'a b', '"', '%ff', 'é', 'x'.repeat(15_000)])(
    'is 401 when it is no key at all: %.10s',
    async (value) => {
      const answer = await world.ask('/key', { 'x-api-key': Buffer.from(value).toString('latin1') });
      expect(answer.status).toBe(401);
    },
  );
});

describe('AD: several credentials', () => {
  it('an access token does not come in as a key where a guard takes tokens from elsewhere', async () => {
    const token = await mint(world.provider);
    const { key } = await make();
    expect((await world.ask('/key', { 'x-api-key': token })).status).toBe(200);
    expect((await world.ask('/elsewhere', { 'x-api-key': key })).status).toBe(200);
    expect((await world.ask('/elsewhere', { 'x-api-key': token })).status).toBe(401);
    expect((await world.ask('/elsewhere', { authorization: `Bearer ${token}` })).status).toBe(401);
  });

  it('Authorization decides before x-api-key, and rights are never joined', async () => {
    const { key } = await make({ permissions: ['reports:read'] });
    const token = await mint(world.provider, { permissions: [] });
    const both = { authorization: `Bearer ${token}`, 'x-api-key': key };
    expect((await world.ask('/permission', { 'x-api-key': key })).status).toBe(200);
    expect((await world.ask('/permission', both)).status).toBe(403);
    expect(JSON.parse((await world.ask('/key', both)).body).auth).toMatchObject({
      kind: 'bearer',
      apiKey: null,
    });
    const bad = { authorization: 'Bearer nonsense', 'x-api-key': key };
    expect((await world.ask('/key', bad)).status).toBe(401);
  });

  it('a key decides before a cookie, good or bad', async () => {
    const browser = world.browser();
    await world.signIn(browser, '/none');
    const cookie = browser.cookies.header(world.url, 'strict') ?? '';
    const { key, record } = await make();
    const mine = JSON.parse((await world.ask('/key', { cookie, 'x-api-key': key })).body);
    expect(mine.auth).toMatchObject({ kind: 'api_key', subject: record.id });
    expect((await world.ask('/permission', { cookie })).status).toBe(200);
    expect((await world.ask('/permission', { cookie, 'x-api-key': key })).status).toBe(403);
    expect((await world.ask('/optional', { cookie, 'x-api-key': crypto.randomUUID() })).status).toBe(401);
  });
});

it('AD-16: a key whose owner came from another provider is nobody, whatever their subject', async () => {
  const { key } = await make({ owner: { issuer: 'https://old.example', subject: 'user-ada' } });
  await expect401(key);
  const own = await make({ owner: { issuer: world.provider.issuer, subject: 'user-ada' } });
  expect((await withKey(own.key)).status).toBe(200);
});
