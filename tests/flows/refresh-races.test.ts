// What happens to each other while a refresh is under way: logouts, slow pages, crashed nodes, requests that were left.
import type { Express } from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Auth } from '../../src/index.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import {
  cookieHeader,
  type RefreshWorld,
  recordIn,
  startRefreshWorld,
  tokenLife,
} from '../support/refresh-world.ts';

declare module 'express-session' {
  interface SessionData {
    note?: string;
  }
}

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
beforeEach(() => redis.flush());
afterAll(() => redis.stop());

const createGate = () => {
  const arrived = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  const pass = (): Promise<void> => {
    arrived.resolve();
    return opened.promise;
  };
  return { arrived: arrived.promise, open: () => opened.resolve(), pass };
};

const routes = (gate: ReturnType<typeof createGate>) => (app: Express, auth: Auth) => {
  app.get('/slow/:order', auth.session(), auth.currentUser(), async (req, res) => {
    await gate.pass();
    req.session.note = 'written late';
    res.send('done');
  });
  // Here the guard refreshes for itself while express-session holds the record from before.
  app.get('/note', auth.session(), auth.currentUser(), (req, res) => {
    const before = req.session.note ?? 'nothing';
    req.session.note = 'noted';
    res.send(before);
  });
};

const kinds = ['memory', 'embedded file', 'redis'] as const;
const open = async (kind: (typeof kinds)[number]) => {
  const gate = createGate();
  const where = kind === 'redis' ? { redis } : { embeddedFile: kind === 'embedded file' };
  return { gate, world: await startRefreshWorld(where, routes(gate)) };
};

/** The provider waits before it answers a refresh, and the tokens it gives then are known. */
const holdRefresh = (world: RefreshWorld) => {
  const gate = createGate();
  const given: Record<string, unknown>[] = [];
  world.provider.bend.tokenResponse = async (response, { grantType }) => {
    if (grantType !== 'refresh_token') return;
    given.push(response);
    await gate.pass();
  };
  return { ...gate, given };
};

describe.each(kinds)('while a refresh is under way, sessions in %s', (kind) => {
  it('a logout wins: the session stays ended, and the tokens that came too late are revoked', async () => {
    const { world } = await open(kind);
    await using _world = world;
    const browser = await world.signedIn('dead');
    const cookies = cookieHeader(world, browser);
    const refresh = holdRefresh(world);
    const slow = browser.clone().fetchJson(`${world.url}/api/who`);
    await refresh.arrived;
    expect((await browser.post(`${world.url}/logout`)).status).toBe(303);
    refresh.open();
    const late = await slow;
    expect(late.status).toBe(401);
    expect(late.setCookies.join()).not.toMatch(/latchkey\.(?:sid|token)=[^;]/);
    for (let visit = 0; visit < 2; visit += 1) {
      const again = await world.browser().fetchJson(`${world.url}/api/who`, { headers: { cookie: cookies } });
      expect(again.status).toBe(401);
    }
    const revoked = world.provider.calls('revocation').map(({ form }) => form.get('token'));
    expect(revoked).toContain(refresh.given[0]?.refresh_token);
    expect(world.refreshes()).toHaveLength(1);
    if (kind === 'redis') expect(await redis.keys('latchkey:[svl]*')).toEqual([]);
  });

  it('people with a live token do not wait for it', async () => {
    const { world } = await open(kind);
    await using _world = world;
    const browser = await world.signedIn('due');
    const other = world.browser();
    const refresh = holdRefresh(world);
    const slow = browser.clone().fetchJson(`${world.url}/api/who`);
    await refresh.arrived;
    // Others are not in its way at all.
    expect((await world.signIn(other, '/page')).status).toBe(200);
    refresh.open();
    expect((await slow).status).toBe(200);
    expect(world.refreshes()).toHaveLength(1);
  });

  it('a page that began before it and writes after it does not undo it', async () => {
    const { world, gate } = await open(kind);
    await using _world = world;
    const browser = await world.signedIn();
    const slow = browser.clone().get(`${world.url}/slow/first`);
    await gate.arrived;
    world.advance(tokenLife.dead);
    const { token } = await world.who(browser);
    gate.open();
    expect((await slow).body).toBe('done');
    // Past the minute in which the token before would count.
    world.advance(61);
    expect(await world.who(browser)).toMatchObject({ status: 200, token });
    expect((await browser.get(`${world.url}/note`)).body).toBe('written late');
    expect(world.refreshes()).toHaveLength(1);
  });

  it('a page that is refreshed itself keeps what it writes, and the refresh', async () => {
    const { world } = await open(kind);
    await using _world = world;
    const browser = await world.signedIn('dead');
    expect((await browser.get(`${world.url}/note`)).body).toBe('nothing');
    world.advance(61);
    expect((await browser.get(`${world.url}/note`)).body).toBe('noted');
    expect(world.refreshes()).toHaveLength(1);
  });

  it('an answer that never reached the browser costs nobody the session', async () => {
    const { world } = await open(kind);
    await using _world = world;
    const browser = await world.signedIn('dead');
    // The page was left before it came: the cookie in it is lost.
    await browser.clone().get(`${world.url}/page`);
    world.advance(10);
    const next = await browser.get(`${world.url}/page`);
    expect(next.status).toBe(200);
    expect(next.setCookies).toHaveLength(1);
    world.advance(120);
    expect(await world.whoIs(browser)).toBe('user-ada');
    expect(world.refreshes()).toHaveLength(1);
  });
});

describe('two nodes on one Redis', () => {
  it('the one that lost its lock in the middle does not overwrite the other’s tokens', async () => {
    await using first = await startRefreshWorld({ redis });
    const { provider } = first;
    const browser = await first.signedIn('dead');
    await using second = await startRefreshWorld({ redis, provider, baseUrl: first.url.replace(/\/$/, '') });
    second.advance(tokenLife.dead);
    const cookie = cookieHeader(first, browser);
    const refresh = holdRefresh(first);
    const slow = browser.fetchJson(`${first.url}/api/who`);
    await refresh.arrived;
    // As after a pause of the whole process that was longer than the lease. The provider allows both here.
    for (const lock of await redis.keys('latchkey:lock:*')) await redis.send('DEL', lock);
    const [session] = [...provider.memory.refreshTokens.values()];
    provider.memory.takeOnce = () => session ?? null;
    delete provider.bend.tokenResponse;
    const fast = await second.browser().fetchJson(`${second.url}/api/who`, { headers: { cookie } });
    expect(fast.status).toBe(200);
    const { tokenHash } = await recordIn(redis);
    refresh.open();
    const late = await slow;
    expect(late.status).toBe(200);
    expect(late.json<{ token: string }>().token).toBe(fast.json<{ token: string }>().token);
    expect((await recordIn(redis)).tokenHash).toBe(tokenHash);
    expect(await redis.keys('latchkey:lock:*')).toEqual([]);
  });

  it('a lock that a crashed node left behind lapses, and nobody with a live token waits for it', async () => {
    await using world = await startRefreshWorld({ redis });
    const browser = await world.signedIn('due');
    const [key = ''] = await redis.keys('latchkey:session:*');
    const lock = key.replace(':session:', ':lock:');
    await redis.send('SET', lock, 'a node that is gone', 'PX', '700');
    expect((await world.who(browser)).status).toBe(200);
    expect(world.refreshes()).toHaveLength(0);
    world.advance(tokenLife.dead - tokenLife.due);
    expect((await world.who(browser)).status).toBe(200);
    expect(world.refreshes()).toHaveLength(1);
  });
});
