// A cache of userinfo in the wrong hands: what it swaps, makes up, keeps back or breaks gives nobody anybody's claims.
import { beforeEach, describe, expect, it } from 'vitest';
import type { UserinfoCache } from '../../src/index.ts';
import { type ClaimsWorld, startClaimsWorld } from '../support/claims-world.ts';

let kept: Map<string, string>;
let cache: UserinfoCache;
beforeEach(() => {
  kept = new Map();
  cache = {
    get: async (key) => kept.get(key),
    set: async (key, value) => void kept.set(key, value),
  };
});

const open = (more: Partial<UserinfoCache> = {}): Promise<ClaimsWorld> =>
  startClaimsWorld({
    auth: {
      userinfoSeconds: 300,
      userinfoCache: {
        get: (key) => (more.get ?? cache.get)(key),
        set: (key, value, seconds) => (more.set ?? cache.set)(key, value, seconds),
      },
    },
  });

const signInAs = async (world: ClaimsWorld, sub: string, permissions: readonly string[]) => {
  world.provider.user = { sub, name: `the name of ${sub}`, permissions };
  return world.signedIn();
};

describe('UI-09: whoever can write to the cache', () => {
  it('UI-09: puts an administrator’s entry under another person’s key: it does not open there', async () => {
    await using world = await open();
    const eve = await signInAs(world, 'user-eve', []);
    const [eveKey = ''] = kept.keys();
    world.advance(200);
    await signInAs(world, 'user-root', ['reports:read']);
    const [rootValue = ''] = [...kept].filter(([key]) => key !== eveKey).map(([, value]) => value);
    world.advance(101);
    kept.set(eveKey, rootValue);
    world.provider.forgetCalls();
    const who = await world.who(eve);
    expect(who).toMatchObject({ subject: 'user-eve', name: 'the name of user-eve', permissions: [] });
    expect(world.asked()).toHaveLength(1);
    expect((await world.who(eve, '/reports')).status).toBe(403);
  });

  it.each([
    ['an object with rights', { sub: 'user-eve', permissions: ['reports:read'] }],
    ['the same as a text', JSON.stringify({ sub: 'user-eve', permissions: ['reports:read'] })],
    ['a whole entry', JSON.stringify({ subject: 'user-eve', claims: { sub: 'user-eve' }, at: 9e15 })],
    ['nothing readable', '\u0000\uffff'],
    ['an empty text', ''],
    ['a number', 7],
    ['a very long text', 'A'.repeat(5_000_000)],
    ['a prototype', { __proto__: { claims: { permissions: ['reports:read'] } } }],
  ])('UI-09: puts %s there: it counts as nothing', async (_what, value) => {
    await using world = await open({ get: async () => value as string });
    const eve = await signInAs(world, 'user-eve', []);
    world.advance(301);
    world.provider.forgetCalls();
    expect(await world.who(eve)).toMatchObject({
      status: 200,
      permissions: [],
      name: 'the name of user-eve',
    });
    expect((await world.who(eve, '/reports')).status).toBe(403);
    expect(world.asked()).toHaveLength(1);
  });

  it('UI-07c: keeps an old entry and gives it again: rights that were taken away do not come back', async () => {
    await using world = await open();
    const ada = await signInAs(world, 'user-ada', ['reports:read']);
    const old = new Map(kept);
    world.say({ permissions: [] });
    world.advance(60);
    // Newer than the entry, and the entry would still count by its age.
    expect((await world.who(ada, '/anew/reports')).status).toBe(403);
    for (const [key, value] of old) kept.set(key, value);
    expect((await world.who(ada, '/reports')).status).toBe(403);
    world.advance(301);
    for (const [key, value] of old) kept.set(key, value);
    expect((await world.who(ada, '/reports')).status).toBe(403);
  });
});

describe('a cache that breaks', () => {
  const never = (): Promise<never> => new Promise(() => {});
  it.each<[string, Partial<UserinfoCache>]>([
    [
      'rejects',
      { get: () => Promise.reject(new Error('down')), set: () => Promise.reject(new Error('down')) },
    ],
    [
      'throws',
      {
        get() {
          throw new Error('down');
        },
        set() {
          throw new Error('down');
        },
      },
    ],
    ['rejects with nothing', { get: () => Promise.reject(), set: () => Promise.reject() }],
    ['hangs', { get: never, set: never }],
  ])('and %s: every page is served, with what the provider says', async (_how, broken) => {
    await using world = await open(broken);
    const ada = await signInAs(world, 'user-ada', ['reports:read']);
    world.advance(301);
    world.say({ permissions: [] });
    const startedAt = performance.now();
    expect((await world.who(ada, '/reports')).status).toBe(403);
    expect((await world.who(ada, '/anew')).status).toBe(200);
    expect(performance.now() - startedAt).toBeLessThan(1900);
    await expect.poll(() => world.events.map(({ type }) => type)).toContain('userinfo_cache_failed');
    expect(world.failures()).toEqual([]);
  });
});

it('UI-06a: an answer of a megabyte is not handed to the cache', async () => {
  await using world = await open();
  const ada = await signInAs(world, 'user-ada', []);
  kept.clear();
  world.say({ padding: 'x'.repeat(900_000) });
  expect((await world.who(ada, '/anew')).status).toBe(200);
  expect(kept.size).toBe(0);
});
