// An API in front of bearer tokens: who the person is, what is remembered, and how few calls that costs.
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BearerWorld, challengeOf, mint, opaque, startBearerWorld } from '../support/bearer-world.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { testUser } from '../support/scripted-provider.ts';

let redis: TestRedis;
let world: BearerWorld;
beforeAll(async () => {
  redis = await startRedis();
  world = await startBearerWorld({ redis });
});
beforeEach(() => world.provider.reset());
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await redis.stop();
});

const seen = (answer: { readonly body: string }) => JSON.parse(answer.body);
const failing = (_request: unknown, response: ServerResponse) => void response.writeHead(500).end();

describe('what a handler is given', () => {
  it('is what the token says, under the same names as for a session', async () => {
    const { provider } = world;
    const token = await mint(provider, {
      scope: 'reports archive',
      permissions: ['a'],
      roles: 'b c',
      acr: 'gold',
      amr: ['pwd', 'otp'],
      auth_time: 1_700_000_000,
      extra: { deep: [1] },
    });
    const { auth, user, token: given } = seen(await world.bear(token));
    expect(auth).toMatchObject({
      kind: 'bearer',
      subject: testUser.sub,
      issuer: provider.issuer,
      clientId: 'some-client',
      scope: ['reports', 'archive'],
      permissions: ['a'],
      roles: ['b', 'c'],
      acr: 'gold',
      amr: ['pwd', 'otp'],
      authTime: 1_700_000_000,
      session: null,
      apiKey: null,
      claims: { sub: testUser.sub, extra: { deep: [1] } },
    });
    expect(auth.expiresAt).toBe(auth.claims.exp * 1000);
    expect([user, given]).toEqual(['not asked', token]);
  });
});

describe('the person behind a token', () => {
  it('is fetched once where the token is for openid, and again after five minutes', async () => {
    const { provider } = world;
    const { token } = opaque(provider, ['openid', 'profile']);
    provider.bend.introspection = (answer) => ({ ...answer, exp: provider.nowSeconds() + 3600 });
    for (let round = 0; round < 3; round += 1) {
      expect(seen(await world.bear(token, '/user')).user).toMatchObject({
        sub: 'user-ada',
        name: 'Ada Lovelace',
      });
    }
    expect(provider.calls('userinfo')).toHaveLength(1);
    expect(provider.calls('userinfo')[0]?.headers.authorization).toBe(`Bearer ${token}`);
    world.advance(301);
    await world.bear(token, '/user');
    expect(provider.calls('userinfo')).toHaveLength(2);
  });

  it('is what the token itself says where it is not for openid', async () => {
    const token = await mint(world.provider, { name: 'Ada of the token', permissions: ['a'] });
    const { user } = seen(await world.bear(token, '/user'));
    expect(user).toMatchObject({ sub: 'user-ada', name: 'Ada of the token' });
    expect(user).not.toHaveProperty('permissions');
    expect(world.provider.calls('userinfo')).toEqual([]);
  });

  it('is not asked for by a guard that only looks at the credential', async () => {
    await world.bear(opaque(world.provider, ['openid']).token, '/token');
    expect(world.provider.calls('userinfo')).toEqual([]);
  });

  it('makes the token invalid where the provider says so', async () => {
    const token = await mint(world.provider, { scope: 'openid' });
    const answer = await world.bear(token, '/user');
    expect(answer.status).toBe(401);
    expect(challengeOf(answer).error).toBe('invalid_token');
  });

  it('UI-02: is nobody where userinfo speaks of somebody else', async () => {
    const { token } = opaque(world.provider, ['openid']);
    world.provider.bend.userinfo = (claims) => ({ ...claims, sub: 'eve', name: 'Eve' });
    const answer = await world.bear(token, '/user');
    expect(answer.status).toBe(502);
    expect(answer.body).not.toContain('Eve');
  });

  it('is 503 while userinfo is away, and there as soon as it is back', async () => {
    const { token } = opaque(world.provider, ['openid']);
    world.provider.bend.raw.userinfo = failing;
    expect((await world.bear(token, '/user')).status).toBe(503);
    world.provider.bend.raw.userinfo = undefined;
    expect((await world.bear(token, '/user')).status).toBe(200);
  });
});

describe('how few calls it costs', () => {
  it('100 concurrent first requests with one opaque token make one introspection call', async () => {
    const { token } = opaque(world.provider, ['openid']);
    const asks = Array.from({ length: 100 }, () => world.bear(token, '/user'));
    const statuses = (await Promise.all(asks)).map(({ status }) => status);
    expect(statuses).toEqual(Array.from({ length: 100 }, () => 200));
    expect(world.provider.calls('introspection')).toHaveLength(1);
    expect(world.provider.calls('userinfo')).toHaveLength(1);
  });

  it('100 concurrent first requests that meet an outage make one call and are all 503', async () => {
    const { token } = opaque(world.provider);
    world.provider.bend.raw.introspection = failing;
    const asks = Array.from({ length: 100 }, () => world.bear(token));
    const statuses = new Set((await Promise.all(asks)).map(({ status }) => status));
    expect([...statuses]).toEqual([503]);
    expect(world.provider.calls('introspection').length).toBeLessThan(20);
  });

  it('a bearer request with a cached token costs no network call and no Redis command', async () => {
    const tokens = [await mint(world.provider), opaque(world.provider, ['openid']).token];
    for (const token of tokens) expect((await world.bear(token, '/user')).status).toBe(200);
    world.provider.forgetCalls();
    await redis.resetCommandCounts();
    for (let round = 0; round < 10; round += 1) {
      for (const token of tokens) {
        expect((await world.bear(token, '/user')).status).toBe(200);
        expect((await world.bear(token, '/scope')).status).toBe(token.includes('.') ? 200 : 403);
      }
    }
    expect(world.provider.calls()).toEqual([]);
    expect(await redis.commandCounts()).toEqual({});
  });

  it('a JWT costs no call to the provider beyond its keys, once', async () => {
    await using own = await startBearerWorld();
    const tokens = await Promise.all(Array.from({ length: 20 }, () => mint(own.provider)));
    await Promise.all(tokens.map((token) => own.bear(token)));
    expect(own.provider.calls().map(({ endpoint }) => endpoint)).toEqual(['discovery', 'jwks']);
  });

  it('a program that keeps asking with a dead token is answered from memory for a few seconds', async () => {
    for (let round = 0; round < 10; round += 1) expect((await world.bear('dead-token')).status).toBe(401);
    expect(world.provider.calls('introspection')).toHaveLength(1);
    world.advance(6);
    await world.bear('dead-token');
    expect(world.provider.calls('introspection')).toHaveLength(2);
  });

  it('remembers no more tokens than it is told, and wrong ones drive out no good one', async () => {
    await using own = await startBearerWorld({ auth: { tokenCacheSize: 3 } });
    const good = opaque(own.provider).token;
    await own.bear(good);
    for (let index = 0; index < 10; index += 1) await own.bear(`wrong-${index}`);
    own.provider.forgetCalls();
    expect((await own.bear(good)).status).toBe(200);
    expect(own.provider.calls()).toEqual([]);
    for (let index = 0; index < 3; index += 1) await own.bear(opaque(own.provider).token);
    own.provider.forgetCalls();
    await own.bear(good);
    expect(own.provider.calls('introspection')).toHaveLength(1);
  });
});
