// A cache of userinfo between the sessions of one person: one call for two browsers, in Redis and in a map of one's own.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { UserinfoCache } from '../../src/index.ts';
import { redisUserinfoCache } from '../../src/redis.ts';
import { startClaimsWorld } from '../support/claims-world.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { tokenLife } from '../support/refresh-world.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
beforeEach(() => redis.flush());
afterAll(() => redis.stop());

const mapCache = (): UserinfoCache => {
  const kept = new Map<string, string>();
  return {
    get: async (key) => kept.get(key),
    set: async (key, value) => void kept.set(key, value),
  };
};

const caches: readonly (readonly [string, () => UserinfoCache])[] = [
  ['a map', mapCache],
  ['Redis', () => redisUserinfoCache(redis.url)],
];

describe.each(caches)('a cache in %s', (_kind, create) => {
  it('what one browser of a person fetched, the other has without a call', async () => {
    await using world = await startClaimsWorld({ auth: { userinfoSeconds: 300, userinfoCache: create() } });
    const [one, other] = [await world.signedIn(), await world.signedIn()];
    world.advance(301);
    world.say({ permissions: [], name: 'Ada King' });
    world.provider.forgetCalls();
    expect(await world.who(one)).toMatchObject({ name: 'Ada King', permissions: [] });
    expect(await world.who(other)).toMatchObject({ name: 'Ada King', permissions: [] });
    expect(world.asked()).toHaveLength(1);
    const from = world.events.flatMap((event) => (event.type === 'claims_fetched' ? event.from : []));
    expect(from).toEqual(['provider', 'cache']);
    // It is as old as the call that made it: taking it from the cache does not make it young.
    world.advance(301);
    world.say({ name: 'Ada Byron' });
    expect((await world.who(other)).name).toBe('Ada Byron');
  });

  it('a login fills it, and `refresh: true` never reads it', async () => {
    await using world = await startClaimsWorld({ auth: { userinfoSeconds: 300, userinfoCache: create() } });
    const first = await world.signedIn();
    world.advance(200);
    await world.signedIn();
    world.advance(150);
    world.provider.forgetCalls();
    // From the second login.
    expect((await world.who(first)).status).toBe(200);
    expect(world.asked()).toHaveLength(0);
    world.say({ permissions: [] });
    expect((await world.who(first, '/anew/reports')).status).toBe(403);
    expect(world.asked()).toHaveLength(1);
  });

  it('what came with a renewed token is there for the other browser as well', async () => {
    await using world = await startClaimsWorld({ auth: { userinfoSeconds: 300, userinfoCache: create() } });
    const first = await world.signedIn();
    world.advance(100);
    const other = await world.signedIn();
    world.advance(tokenLife.due - 100);
    world.say({ name: 'Ada King' });
    world.provider.forgetCalls();
    await world.who(first);
    expect((await world.who(other)).name).toBe('Ada King');
    expect([world.refreshes().length, world.asked().length]).toEqual([1, 1]);
  });

  it('people with other scopes do not get claims of each other’s sessions', async () => {
    await using world = await startClaimsWorld({ auth: { userinfoSeconds: 300, userinfoCache: create() } });
    const wide = await world.signedIn();
    world.provider.bend.tokenResponse = (response) => ({ ...response, scope: 'openid profile' });
    const narrow = await world.signedIn();
    world.advance(301);
    world.say({ name: 'for the wide scope' });
    await world.who(wide);
    world.say({ name: 'for the narrow scope' });
    expect((await world.who(narrow)).name).toBe('for the narrow scope');
  });
});

describe('the cache in Redis', () => {
  it('holds sealed texts with an end, one for each person, and is let go of with the rest', async () => {
    const world = await startClaimsWorld({
      auth: { userinfoSeconds: 300, userinfoCache: redisUserinfoCache(redis.url, { prefix: 'mine:' }) },
    });
    await world.signedIn();
    await world.signedIn();
    await expect.poll(async () => (await redis.keys('*')).length).toBe(1);
    const [key = ''] = await redis.keys('*');
    expect(key).toMatch(/^mine:userinfo:\{[\w-]{43}\}$/);
    expect(await redis.send('GET', key)).not.toMatch(/Ada|user-ada|reports/);
    const seconds = Number(await redis.send('TTL', key));
    expect(seconds).toBeGreaterThan(290);
    expect(seconds).toBeLessThanOrEqual(300);
    const clients = async () =>
      String(await redis.send('CLIENT', 'LIST'))
        .trim()
        .split('\n').length;
    const before = await clients();
    await world[Symbol.asyncDispose]();
    await expect.poll(clients).toBe(before - 1);
  });

  it('that is killed costs nobody anything, and works again when it is back', async () => {
    await using world = await startClaimsWorld({
      auth: { userinfoSeconds: 300, userinfoCache: redisUserinfoCache(redis.url) },
    });
    const browser = await world.signedIn();
    world.advance(301);
    world.say({ name: 'Ada King' });
    redis.pause();
    const startedAt = performance.now();
    expect((await world.who(browser)).name).toBe('Ada King');
    expect(performance.now() - startedAt).toBeLessThan(1500);
    redis.resume();
    expect(world.events.map(({ type }) => type)).toContain('userinfo_cache_failed');
  });

  it.each(['', 'http://localhost', 'redis//localhost', 'localhost:6379'])(
    'refuses "%s" as its address',
    (url) => {
      expect(() => redisUserinfoCache(url)).toThrow(/redisUserinfoCache: /);
    },
  );
});
