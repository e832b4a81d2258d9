// The examples for those who come from frappy: what they answer, and where they do better.
import { createHash } from 'node:crypto';
import type { Express } from 'express';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createSite as createKeySite } from '../../examples/coming-from/frappy/api-keys.ts';
import { createApi } from '../../examples/coming-from/frappy/endpoints.ts';
import { createSite as createSessionSite } from '../../examples/coming-from/frappy/session.ts';
import { memoryApiKeys } from '../../src/embedded.ts';
import { createAuth } from '../../src/index.ts';
import { signedIn, type TestSession, testUsers } from '../../src/testing.ts';
import { ask, type ExampleKit, startExampleKit } from '../support/example-kit.ts';

const { ada, bob } = testUsers;
const viewer = { ...ada, permissions: ['view'] };
let kit: ExampleKit;
let keyApp: Express;
let api: Express;
let key: string;
let finds = 0;

beforeAll(async () => {
  kit = await startExampleKit();
  keyApp = kit.keep(createKeySite(kit.options(), memoryApiKeys())).app;
  const store = memoryApiKeys();
  const find = (digest: string) => {
    finds += 1;
    return store.find(digest);
  };
  const auth = createAuth(kit.options({ apiKeys: { ...store, find } }));
  api = kit.app((given) => createApi(given).use(given.routes()), auth);
  ({ key } = await auth.apiKeys.create({ name: 'a job', permissions: ['view'] }));
});
afterEach(() => kit.provider.reset());
afterAll(() => kit.close());

const newKey = async (session: TestSession): Promise<string> => {
  const { apiKey } = (await (await session.fetch('/api/user/key', { method: 'POST' })).json()) as {
    apiKey: string;
  };
  return apiKey;
};
const withKey = (app: Express, path: string, value: string) =>
  ask(app, path, { authorization: `Token ${value}` });

describe('an endpoint', () => {
  it.each([
    ['/api/my-endpoint', [], 200],
    ['/api/view', ['view'], 200],
    ['/api/view', ['viewer'], 403],
    ['/api/manage', ['view', 'manage'], 200],
    ['/api/manage', ['view'], 403],
  ])('%s with %j → %i: every permission of a list is required', async (path, permissions, status) => {
    expect((await kit.bear(api, path, { permissions })).status).toBe(status);
  });

  it.each([
    ['no credential', {}],
    ['a token without its scheme', { authorization: 'c9f0f895fb98ab9159f51fd0297e236d' }],
    ['garbage', { authorization: 'Bearer garbage' }],
    ['the cookie of that name', { cookie: 'Authorization=c9f0f895fb98ab9159f51fd0297e236d' }],
  ])('is 401 for %s', async (_what, headers) => {
    expect((await ask(api, '/api/my-endpoint', headers as Record<string, string>)).status).toBe(401);
  });

  it('that takes no keys refuses good ones and bogus ones alike, without looking them up', async () => {
    const answers = await Promise.all([key, 'bogus'].map((value) => withKey(api, '/api/view', value)));
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [403, 'api_key_not_allowed'],
      [403, 'api_key_not_allowed'],
    ]);
    expect(finds).toBe(0);
  });

  it('that takes keys knows good ones, and is 401 for others', async () => {
    expect((await withKey(api, '/api/export', key)).body).toMatchObject({ by: 'api_key' });
    expect((await withKey(api, '/api/export', 'bogus')).status).toBe(401);
  });
});

describe('API keys of a person', () => {
  it('are made by the person, act for them, and a new one ends the one before', async () => {
    await using session = await signedIn(keyApp, viewer);
    const first = await newKey(session);
    expect((await withKey(keyApp, '/api/export', first)).body).toEqual({ id: ada.sub });
    const second = await newKey(session);
    expect((await withKey(keyApp, '/api/export', first)).status).toBe(401);
    expect((await withKey(keyApp, '/api/export', second)).status).toBe(200);
    const gone = await session.fetch('/api/user/key', { method: 'DELETE' });
    expect(await gone.json()).toEqual({ apiKey: null });
    expect((await withKey(keyApp, '/api/export', second)).status).toBe(401);
  });

  it('may do what the person might when it was made, and make no keys themselves', async () => {
    await using session = await signedIn(keyApp, bob);
    const weak = await newKey(session);
    expect((await withKey(keyApp, '/api/export', weak)).status).toBe(403);
    expect((await ask(keyApp, '/api/user/key', { authorization: `Token ${weak}` }, 'post')).status).toBe(403);
  });

  it('are not made by a form of another site', async () => {
    await using session = await signedIn(keyApp, viewer);
    const { cookieHeader: cookie } = session;
    const forged = await ask(keyApp, '/api/user/key', { cookie, 'sec-fetch-site': 'cross-site' }, 'post');
    expect([forged.status, forged.body.code]).toEqual([403, 'cross_site_request']);
  });
});

it('a key that frappy gave out goes on, once its digest is in the store', async () => {
  const store = memoryApiKeys();
  const old = 'c9f0f895fb98ab9159f51fd0297e236d';
  const owner = { issuer: kit.provider.issuer, subject: ada.sub };
  const record = {
    ...{ id: 'old-1', name: 'from frappy', owner, permissions: ['view'], roles: [], scope: [], tenant: null },
    ...{ createdAt: kit.provider.now(), expiresAt: null, revokedAt: null, lastUsedAt: null },
  };
  await store.insert(createHash('sha256').update(old).digest('base64url'), record);
  const { app } = kit.keep(createKeySite(kit.options(), store));
  expect((await withKey(app, '/api/export', old)).body).toEqual({ id: ada.sub });
});

describe('a session', () => {
  it('tells a script who it is, without key or token', async () => {
    const { app } = kit.keep(createSessionSite(kit.options()));
    await using session = await signedIn(app, viewer);
    const { email, name } = ada;
    expect(await (await session.fetch('/api/user')).json()).toEqual({
      ...{ id: ada.sub, username: 'ada', name, email },
      permissions: ['view'],
    });
    for (const { httpOnly, sameSite } of session.storageState().cookies) {
      expect([httpOnly, sameSite]).toEqual([true, 'Lax']);
    }
  });

  it('is over when somebody signs out, for whoever kept the cookie too', async () => {
    const { app } = kit.keep(createSessionSite(kit.options()));
    await using session = await signedIn(app, viewer);
    const cookie = session.cookieHeader;
    await session.signOut();
    expect((await ask(app, '/api/user', { cookie })).status).toBe(401);
  });

  it('ends after as long as was configured, with 401', async () => {
    const { app } = kit.keep(createSessionSite(kit.options()));
    await using session = await signedIn(app, viewer);
    kit.pass(13 * 24 * 3600);
    expect((await session.fetch('/api/user')).status).toBe(200);
    kit.pass(1 * 24 * 3600 + 1);
    expect((await session.fetch('/api/user')).status).toBe(401);
  });
});
