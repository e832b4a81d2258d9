// What meets a fetch of userinfo on its way: a logout, a refresh, a node that lost its lock, a store that fails.
import type { SessionData } from 'express-session';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGate, startClaimsWorld, storeKinds } from '../support/claims-world.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { cookieHeader, recordIn, tokenLife } from '../support/refresh-world.ts';
import { answer } from '../support/scripted-provider/answers.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
beforeEach(() => redis.flush());
afterAll(() => redis.stop());

/** A page that asks anew, and one whose userinfo has grown old. */
const ways = [
  ['/anew', 0],
  ['/page', 301],
] as const;

describe.each(storeKinds)('sessions in %s', (kind) => {
  it.each(ways)(
    'SE-12: a logout while %s waits for userinfo wins: nothing is brought back',
    async (path, seconds) => {
      const where = kind === 'redis' ? { redis } : { embeddedFile: kind === 'embedded file' };
      await using world = await startClaimsWorld({ ...where, auth: { userinfoSeconds: 300 } });
      const browser = await world.signedIn();
      world.advance(seconds);
      const cookies = cookieHeader(world, browser);
      const gate = createGate();
      world.provider.bend.userinfo = gate.pass;
      const slow = browser.clone().fetchJson(world.url + path);
      await gate.arrived;
      expect((await browser.post(`${world.url}/logout`)).status).toBe(303);
      gate.open();
      const late = await slow;
      expect(late.status).toBe(401);
      expect(late.setCookies.join()).not.toMatch(/latchkey\.(?:sid|token)=[^;]/);
      const again = await world.browser().fetchJson(`${world.url}/api/who`, { headers: { cookie: cookies } });
      expect(again.status).toBe(401);
      expect(world.ended()).toEqual(['user-ada logout']);
      if (kind === 'redis') expect(await redis.keys('latchkey:[svl]*')).toEqual([]);
    },
  );

  it('a refresh waits for it, and neither undoes the other', async () => {
    const where = kind === 'redis' ? { redis } : { embeddedFile: kind === 'embedded file' };
    await using world = await startClaimsWorld(where);
    const browser = await world.signedIn();
    const gate = createGate();
    world.provider.bend.userinfo = async (claims) => {
      await gate.pass();
      return { ...claims, permissions: [] };
    };
    const slow = browser.clone().fetchJson(`${world.url}/anew`);
    await gate.arrived;
    world.advance(tokenLife.dead);
    const refreshed = world.who(browser);
    gate.open();
    expect((await slow).json()).toMatchObject({ permissions: [] });
    const who = await refreshed;
    expect(who).toMatchObject({ status: 200, permissions: [] });
    world.advance(61);
    expect(await world.who(browser)).toMatchObject({ status: 200, permissions: [], token: who.token });
    expect(world.refreshes()).toHaveLength(1);
  });
});

const forgetLocks = async (): Promise<void> => {
  for (const lock of await redis.keys('latchkey:lock:*')) await redis.send('DEL', lock);
};

describe('a node that lost its lock in the middle', () => {
  it('of fetching userinfo does not undo a refresh, nor put an older answer over a newer one', async () => {
    await using first = await startClaimsWorld({ redis });
    const { provider } = first;
    const browser = await first.signedIn();
    await using second = await startClaimsWorld({ redis, provider, baseUrl: first.url });
    const cookie = cookieHeader(first, browser);
    const gate = createGate();
    let calls = 0;
    provider.bend.userinfo = async (claims) => {
      calls += 1;
      const name = `answer ${calls}`;
      if (calls === 1) await gate.pass();
      return { ...claims, name };
    };
    const slow = browser.clone().fetchJson(`${first.url}/anew`);
    await gate.arrived;
    await forgetLocks();
    for (const node of [first, second]) node.advance(tokenLife.dead);
    const fast = await second.browser().fetchJson(`${second.url}/api/who`, { headers: { cookie } });
    const { tokenHash } = await recordIn(redis);
    gate.open();
    expect(fast.json()).toMatchObject({ name: 'answer 2' });
    expect((await slow).status).toBe(200);
    const after = await recordIn(redis);
    expect(after.tokenHash).toBe(tokenHash);
    expect(after.previousTokenHash).not.toBeNull();
    // It came last, and was made before the other one.
    expect(after.user.name).toBe('answer 2');
  });

  it('of fetching userinfo writes it into what a refresh without userinfo has left there', async () => {
    await using first = await startClaimsWorld({ redis });
    const { provider } = first;
    const browser = await first.signedIn();
    await using second = await startClaimsWorld({ redis, provider, baseUrl: first.url });
    const cookie = cookieHeader(first, browser);
    const gate = createGate();
    provider.bend.userinfo = async (claims) => {
      await gate.pass();
      return { ...claims, permissions: [] };
    };
    const slow = browser.clone().fetchJson(`${first.url}/anew/reports`);
    await gate.arrived;
    await forgetLocks();
    for (const node of [first, second]) node.advance(tokenLife.dead);
    provider.bend.raw.userinfo = answer(503);
    await second.browser().fetchJson(`${second.url}/api/who`, { headers: { cookie } });
    const { tokenHash, permissions } = await recordIn(redis);
    expect(permissions).toEqual(['reports:read']);
    gate.open();
    expect((await slow).status).toBe(403);
    expect(await recordIn(redis)).toMatchObject({ tokenHash, permissions: [] });
  });

  it('of a refresh puts its tokens over claims that were written meanwhile: no refresh token is used twice', async () => {
    await using first = await startClaimsWorld({ redis });
    const { provider } = first;
    const browser = await first.signedIn('due');
    await using second = await startClaimsWorld({ redis, provider, baseUrl: first.url });
    const cookie = cookieHeader(first, browser);
    const gate = createGate();
    provider.bend.tokenResponse = gate.pass;
    const slow = browser.fetchJson(`${first.url}/api/who`);
    await gate.arrived;
    await forgetLocks();
    // By this node's clock the token is not due, so it fetches claims alone.
    second.say({ name: 'Ada King' });
    const fast = await second.browser().fetchJson(`${second.url}/anew`, { headers: { cookie } });
    expect(fast.json()).toMatchObject({ name: 'Ada King' });
    gate.open();
    expect((await slow).status).toBe(200);
    expect(first.refreshes()).toHaveLength(1);
    expect([...provider.memory.refreshTokens.values()].some(({ isRevoked }) => isRevoked)).toBe(false);
    delete provider.bend.tokenResponse;
    first.advance(tokenLife.dead);
    expect((await first.who(browser)).status).toBe(200);
    expect(first.ended()).toEqual([]);
  });
});

describe('a store that reads and does not write', () => {
  it('serves visits whose userinfo is old, and answers 503 where it is wanted anew', async () => {
    await using world = await startClaimsWorld({ redis, auth: { userinfoSeconds: 300 } });
    const browser = await world.signedIn();
    await redis.send('CONFIG', 'SET', 'min-replicas-to-write', '1');
    try {
      world.advance(301);
      expect((await world.who(browser, '/reports')).status).toBe(200);
      const refused = await world.who(browser, '/anew');
      expect([refused.status, refused.visit.json<{ code: string }>().code]).toEqual([
        503,
        'store_unavailable',
      ]);
      expect(world.failures()).toEqual(['store_unavailable']);
    } finally {
      await redis.send('CONFIG', 'SET', 'min-replicas-to-write', '0');
    }
    expect((await world.who(browser, '/anew')).status).toBe(200);
  });
});

it('what a handler holds of the session is what was fetched for it', async () => {
  let seen: SessionData['latchkey'];
  await using world = await startClaimsWorld({}, (app, auth) => {
    app.get('/held', auth.session(), auth.currentUser({ refresh: true }), (req, res) => {
      seen = req.session.latchkey;
      res.json({});
    });
  });
  const browser = await world.signedIn();
  world.say({ name: 'Ada King' });
  expect((await browser.fetchJson(`${world.url}/held`)).status).toBe(200);
  expect(seen?.user.name).toBe('Ada King');
});
