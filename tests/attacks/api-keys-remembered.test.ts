// What is remembered of API keys: a revoked key that a slow look-up would bring back, and a flood of made-up ones.
import type { Express } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryApiKeys } from '../../src/embedded.ts';
import type { ApiKeyCache, ApiKeyStore, Auth } from '../../src/index.ts';
import { redisKeyCache } from '../../src/redis.ts';
import { strangeKey } from '../support/api-key-world.ts';
import { show, startBearerWorld } from '../support/bearer-world.ts';
import { createGate } from '../support/claims-world.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

const routes = (app: Express, auth: Auth): void => {
  app.all('/key', auth.authenticated({ apiKeys: true }), show);
};

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

/** A store whose answers can be held back after they were read. */
const slowStore = () => {
  const memory = memoryApiKeys();
  const state: { finds: number; hold: (() => Promise<void>) | null } = { finds: 0, hold: null };
  const store: ApiKeyStore = {
    ...memory,
    async find(digest) {
      state.finds += 1;
      const record = await memory.find(digest);
      await state.hold?.();
      return record;
    },
  };
  return { store, state };
};

describe('AD: a key that is revoked while it is being looked up', () => {
  const caches: [string, () => { apiKeyCache?: ApiKeyCache }][] = [
    ['memory', () => ({})],
    ['Redis', () => ({ apiKeyCache: redisKeyCache(redis.url) })],
  ];
  it.each(caches)('is not brought back by that look-up: remembered in %s', async (_kind, cache) => {
    const { store, state } = slowStore();
    await using world = await startBearerWorld({ auth: { apiKeys: store, ...cache() } }, routes);
    const { key, record } = await world.auth.apiKeys.create({ name: 'a key' });
    const ask = () => world.ask('/key', { authorization: `Token ${key}` });
    const gate = createGate();
    state.hold = gate.pass;
    const underWay = ask();
    await gate.arrived;
    await world.auth.apiKeys.revoke(record.id);
    gate.open();
    await underWay;
    expect((await ask()).status).toBe(401);
    expect((await ask()).status).toBe(401);
  });
});

it('AD: a key of another service is none here, although both remember look-ups in one Redis', async () => {
  const open = (clientId: string) =>
    startBearerWorld(
      { auth: { apiKeys: memoryApiKeys(), apiKeyCache: redisKeyCache(redis.url), clientId } },
      routes,
    );
  await using theirs = await open('their-client');
  await using ours = await open('our-client');
  const { key } = await theirs.auth.apiKeys.create({ name: 'a key', permissions: ['everything'] });
  expect((await theirs.ask('/key', { 'x-api-key': key })).status).toBe(200);
  expect((await ours.ask('/key', { 'x-api-key': key })).status).toBe(401);
  expect((await theirs.ask('/key', { 'x-api-key': key })).status).toBe(200);
});

describe('AD: a flood of keys that nobody has', () => {
  it('drives no good key out of the memory', async () => {
    const { store, state } = slowStore();
    await using world = await startBearerWorld({ auth: { apiKeys: store, tokenCacheSize: 5 } }, routes);
    const { key } = await world.auth.apiKeys.create({ name: 'a key' });
    expect((await world.ask('/key', { 'x-api-key': key })).status).toBe(200);
    for (let count = 0; count < 20; count += 1) {
      expect((await world.ask('/key', { 'x-api-key': strangeKey() })).status).toBe(401);
    }
    expect(state.finds).toBe(21);
    expect((await world.ask('/key', { 'x-api-key': key })).status).toBe(200);
    expect(state.finds).toBe(21);
  });
});
