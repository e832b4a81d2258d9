// Looking keys up: once in ten seconds, in memory or in Redis, and an outage of the store is no answer.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redisKeyCache } from '../../src/redis.ts';
import { keyRoutes, startKeyWorld, strangeKey } from '../support/api-key-world.ts';
import { startBearerWorld } from '../support/bearer-world.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

describe('a look-up', () => {
  it('is made once in ten seconds, for a key that is unknown too, and joined when many ask at once', async () => {
    await using world = await startKeyWorld();
    const { key } = await world.make();
    const unknown = strangeKey();
    await Promise.all(Array.from({ length: 50 }, () => world.withKey(key)));
    for (let round = 0; round < 5; round += 1) expect((await world.withKey(unknown)).status).toBe(401);
    expect(world.state.finds).toBe(2);
    world.advance(9);
    await world.withKey(key);
    expect(world.state.finds).toBe(2);
    world.advance(2);
    await world.withKey(key);
    expect(world.state.finds).toBe(3);
  });

  it('notes the use once a minute, and a store that takes no notes refuses nobody', async () => {
    await using world = await startKeyWorld();
    const { key, record } = await world.make();
    for (let round = 0; round < 5; round += 1) await world.withKey(key);
    expect(world.state.notes).toBe(1);
    world.state.broken = true;
    world.advance(5);
    expect((await world.withKey(key)).status).toBe(200);
    world.state.broken = false;
    world.advance(60);
    await world.withKey(key);
    expect(world.state.notes).toBe(2);
    expect((await world.auth.apiKeys.list(null))[0]).toMatchObject({ id: record.id });
  });

  it('that the store cannot answer is 503, is not remembered, and is never "no such key"', async () => {
    await using world = await startKeyWorld();
    const { key } = await world.make();
    world.state.broken = true;
    for (const [asked, path] of [
      [key, '/key'],
      [strangeKey(), '/key'],
      [key, '/optional'],
    ] as const) {
      const answer = await world.withKey(asked, path);
      expect([answer.status, JSON.parse(answer.body).code]).toEqual([503, 'store_unavailable']);
      expect(answer.body).not.toContain('"ran"');
    }
    world.state.broken = false;
    expect((await world.withKey(key)).status).toBe(200);
  });

  it('has its store among the dependencies that readiness names', async () => {
    await using world = await startKeyWorld();
    expect(await world.auth.dependencies()).toContainEqual({ name: 'API keys', ok: true });
  });

  it('is shared by all nodes in Redis, and a node without Redis asks the store', async () => {
    await using world = await startKeyWorld(redisKeyCache(redis.url, { commandTimeoutMs: 300 }));
    const { key } = await world.make();
    expect((await world.withKey(key)).status).toBe(200);
    await using other = await startBearerWorld(
      { provider: world.provider, auth: { apiKeys: world.store, apiKeyCache: redisKeyCache(redis.url) } },
      keyRoutes,
    );
    expect((await other.ask('/key', { 'x-api-key': key })).status).toBe(200);
    const unknown = strangeKey();
    await world.withKey(unknown);
    await other.ask('/key', { 'x-api-key': unknown });
    expect(world.state.finds).toBe(2);
    expect(JSON.stringify(await redis.keys())).not.toContain(key);
    for (const name of await redis.keys('latchkey:api-key:*')) {
      const left = Number(await redis.send('PTTL', name));
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThanOrEqual(10_000);
      expect(String(await redis.send('GET', name))).not.toContain(key);
    }
    const [first = ''] = await redis.keys('latchkey:api-key:*');
    await redis.send('SET', first, '{"id":"forged"}', 'PX', '5000');
    expect((await world.withKey(key)).status).toBe(200);
    redis.pause();
    expect((await world.withKey(key)).status).toBe(200);
    redis.resume();
  });
});
