// Signed in for longer than a token lives: people notice nothing, and the provider is asked once.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startRedis, type TestRedis } from '../support/redis.ts';
import {
  cookieHeader,
  type RefreshWorld,
  recordIn,
  startRefreshWorld,
  tokenLife,
} from '../support/refresh-world.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

describe.each(['memory', 'embedded file', 'redis'])('a person whose token ends, sessions in %s', (kind) => {
  let world: RefreshWorld;
  beforeAll(async () => {
    const where = kind === 'redis' ? { redis } : { embeddedFile: kind === 'embedded file' };
    world = await startRefreshWorld(where);
  });
  afterAll(() => world[Symbol.asyncDispose]());
  beforeEach(async () => {
    world.provider.reset();
    await redis.flush();
  });

  it.each(['due', 'dead'] as const)('goes on reading pages (token %s), with a new cookie', async (state) => {
    const browser = await world.signedIn(state);
    const before = browser.cookies.value(world.url, 'latchkey.token');
    const sid = browser.cookies.value(world.url, 'latchkey.sid');
    const page = await browser.get(`${world.url}/page`);
    expect([page.status, page.body]).toEqual([200, 'page of Ada Lovelace']);
    expect(page.setCookies).toHaveLength(1);
    expect(page.setCookies[0]).toMatch(/^latchkey\.token=[^;]+; Max-Age=3(?:600|599); Path=\/; HttpOnly/);
    expect(browser.cookies.value(world.url, 'latchkey.token')).not.toBe(before);
    expect(browser.cookies.value(world.url, 'latchkey.sid')).toBe(sid);
    expect(world.refreshes()).toHaveLength(1);

    for (let visit = 0; visit < 5; visit += 1) {
      const again = await world.who(browser);
      expect(again).toMatchObject({ status: 200, subject: 'user-ada' });
      expect(again.visit.setCookies).toEqual([]);
    }
    expect(world.refreshes()).toHaveLength(1);
  });

  it('goes on calling the API, with the new token, for days', async () => {
    const browser = await world.signedIn();
    const tokens = new Set([(await world.who(browser)).token]);
    for (let round = 1; round <= 5; round += 1) {
      world.advance(tokenLife.due);
      const who = await world.who(browser);
      expect(who).toMatchObject({ status: 200, subject: 'user-ada' });
      expect(who.expiresAt).toBeGreaterThan(world.now() + 3_590_000);
      expect(world.provider.memory.accessTokens.has(who.token ?? '')).toBe(true);
      tokens.add(who.token);
      expect(world.refreshes()).toHaveLength(round);
    }
    expect(tokens.size).toBe(6);
    // Each refresh token is used once: the provider ends everything when one comes twice.
    const used = world.refreshes().map(({ form }) => form.get('refresh_token'));
    expect(new Set(used).size).toBe(5);
  });

  it('is not renewed too early', async () => {
    const browser = await world.signedIn();
    world.advance(3560);
    expect((await world.who(browser)).status).toBe(200);
    expect(world.refreshes()).toHaveLength(0);
  });

  it('comes back after the browser has dropped the cookie of the ended token', async () => {
    const browser = await world.signedIn('dead');
    browser.cookies.delete(world.url, 'latchkey.token');
    expect((await browser.get(`${world.url}/page`)).status).toBe(200);
    expect(browser.cookies.value(world.url, 'latchkey.token')).not.toBeNull();
    expect(world.refreshes()).toHaveLength(1);
  });

  it('is served with the cookie from before for a minute, given the new one, and not for longer', async () => {
    const browser = await world.signedIn('due');
    const late = browser.clone();
    const later = browser.clone();
    const fresh = await world.who(browser);
    world.advance(58);
    const overtaken = await world.who(late);
    expect(overtaken).toMatchObject({ status: 200, token: fresh.token });
    world.advance(3);
    expect((await later.fetchJson(`${world.url}/api/who`)).status).toBe(401);
    expect(await world.whoIs(browser)).toBe('user-ada');
    // The answer with the new cookie was never seen by this tab, and a click later it has it all the same.
    expect(await world.whoIs(late)).toBe('user-ada');
    expect(world.refreshes()).toHaveLength(1);
  });

  it('costs one refresh for many requests at once, all with the new token or none', async () => {
    const browser = await world.signedIn('dead');
    const answers = await Promise.all(Array.from({ length: 30 }, () => world.who(browser.clone())));
    expect(answers.map(({ status }) => status)).toEqual(Array(30).fill(200));
    expect(new Set(answers.map(({ token }) => token)).size).toBe(1);
    expect(world.refreshes()).toHaveLength(1);
    expect(world.provider.calls('userinfo').length).toBe(2);
  });

  it('costs one refresh where two guards stand on one route, and one cookie', async () => {
    const browser = await world.signedIn('dead');
    const who = await world.who(browser, '/two');
    expect(who).toMatchObject({ status: 200, subject: 'user-ada', name: 'Ada Lovelace' });
    expect(who.visit.setCookies).toHaveLength(1);
    expect(world.refreshes()).toHaveLength(1);
    expect((await world.who(browser)).token).toBe(who.token);
  });

  it('is asked again for a login where there is no refresh token', async () => {
    world.provider.refreshTokens = 'never';
    const browser = await world.signedIn('dead');
    expect((await browser.fetchJson(`${world.url}/api/who`)).status).toBe(401);
    expect((await browser.get(`${world.url}/page`)).location).toContain('/authorize?');
    expect(world.refreshes()).toHaveLength(0);
  });

  it('is not signed in by the session cookie alone before the token is due', async () => {
    const browser = await world.signedIn();
    browser.cookies.delete(world.url, 'latchkey.token');
    expect(await world.whoIs(browser)).toBe('401');
    expect(cookieHeader(world, browser)).toMatch(/^latchkey\.rounds=[^;]+; latchkey\.sid=[^;]+$/);
  });
});

describe('what is kept after a refresh', () => {
  it('has the new token, the one before for a minute, and the same end as before', async () => {
    await using world = await startRefreshWorld({ redis, auth: { idleSeconds: 36_000 } });
    await redis.flush();
    const browser = await world.signedIn('due');
    const before = await recordIn(redis);
    const keys = await redis.keys('latchkey:[sv]*');
    for (const key of keys) await redis.send('EXPIRE', key, '777');
    const now = world.now();
    await world.who(browser);
    const { user, ...after } = await recordIn(redis);
    const { user: userBefore, ...rest } = before;
    expect(user).toMatchObject({ name: userBefore.name });
    expect(after).toEqual({
      ...rest,
      tokenHash: expect.not.stringMatching(before.tokenHash),
      tokenExpiresAt: expect.closeTo(now + 3_600_000, -4),
      refreshAt: expect.closeTo(now + 3_570_000, -4),
      previousTokenHash: before.tokenHash,
      previousUntil: expect.closeTo(now + 60_000, -4),
      userAt: expect.closeTo(now, -4),
    });
    for (const key of keys) expect(Number(await redis.send('TTL', key))).toBeGreaterThan(770);
    for (const key of keys) expect(Number(await redis.send('TTL', key))).toBeLessThanOrEqual(777);
    expect(await redis.keys('latchkey:lock:*')).toEqual([]);
    expect(world.events.filter(({ type }) => type === 'tokens_refreshed')).toMatchObject([
      { subject: 'user-ada' },
    ]);
  });
});
