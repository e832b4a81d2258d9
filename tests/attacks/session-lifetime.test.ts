// SE-07, SE-08, SE-14: sessions end when they should, in the store too, and secrets can be changed.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld, testSecret } from '../support/app-world.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';

const day = 86_400;
let redis: TestRedis;
let provider: ScriptedProvider;
beforeAll(async () => {
  redis = await startRedis();
});
beforeEach(() => redis.flush());
afterAll(() => redis.stop());

const limits = { idleSeconds: 600, absoluteSeconds: 6000 };
const stores = ['memory', 'embedded file', 'redis'] as const;
/** The provider's clock moves with the app's, and its tokens outlive every session here. */
const start = async (kind: (typeof stores)[number], auth: object = limits): Promise<AppWorld> => {
  const where = kind === 'redis' ? { redis } : { embeddedFile: kind === 'embedded file' };
  const world = await startAppWorld({ ...where, auth });
  world.provider.accessTokenSeconds = 30 * day;
  return world;
};

describe.each(stores)('a session in %s', (kind) => {
  it('SE-07a: ends when nobody came for the idle time: pages ask for a login, the API says 401', async () => {
    await using world = await start(kind);
    const browser = world.browser();
    await world.signIn(browser);
    world.advance(limits.idleSeconds - 1);
    expect(await world.whoIs(browser)).toBe('user-ada');
    world.advance(limits.idleSeconds);
    expect(await world.whoIs(browser)).toBe('401');
    const page = await browser.get(`${world.url}/protected`);
    expect(page.status).toBe(302);
    expect(page.location).toContain(`${world.provider.issuer}/authorize`);
    expect((await browser.get(`${world.url}/`)).body).not.toContain('Ada');
  });

  it('SE-07b: ends at the absolute limit under constant use: visits do not move it', async () => {
    await using world = await start(kind);
    const browser = world.browser();
    await world.signIn(browser);
    for (let passed = 300; passed < limits.absoluteSeconds; passed += 300) {
      world.advance(300);
      expect(await world.whoIs(browser)).toBe('user-ada');
    }
    world.advance(300);
    expect(await world.whoIs(browser)).toBe('401');
    expect((await browser.get(`${world.url}/protected`)).status).toBe(302);
  });
});

describe('limits that are shortened later', () => {
  it('SE-07: hold for sessions that began before', async () => {
    await using before = await start('redis');
    const browser = before.browser();
    await before.signIn(browser);
    const auth = { idleSeconds: 60, absoluteSeconds: 120, issuer: before.provider.issuer };
    await using after = await startAppWorld({ redis, provider: before.provider, auth });
    expect(await after.whoIs(browser)).toBe('user-ada');
    after.advance(61);
    expect(await after.whoIs(browser)).toBe('401');
    expect(await before.whoIs(browser)).toBe('user-ada');
  });
});

describe('keys in Redis', () => {
  it('SE-08: all have the prefix of the app, and end with what they belong to', async () => {
    await using world = await start('redis');
    const browser = world.browser();
    await world.signIn(browser);
    const keys = await redis.keys();
    const kinds = keys.map((key) => key.replace(/\{.*\}$/, '')).sort();
    const index = ['latchkey:index:', 'latchkey:index:'];
    expect(kinds).toEqual([...index, 'latchkey:once:', 'latchkey:session:', 'latchkey:vault:']);
    for (const key of keys) {
      const seconds = Number(await redis.send('TTL', key));
      // The index points at sessions for as long as they may live at all.
      const longest = key.includes('index') ? limits.absoluteSeconds : limits.idleSeconds;
      const most = key.includes('once') ? 900 : longest;
      expect(seconds).toBeGreaterThan(most - 5);
      expect(seconds).toBeLessThanOrEqual(most);
    }
  });

  it('SE-08: hold no session id that a cookie could carry, and no token in the clear', async () => {
    await using world = await start('redis');
    const browser = world.browser();
    await world.signIn(browser);
    const cookie = decodeURIComponent(browser.cookies.value(world.url, 'latchkey.sid') ?? '');
    const id = cookie.slice(2).split('.')[0] ?? 'missing';
    const keys = await redis.keys();
    const contentOf = (key: string) =>
      key.includes('index:') ? redis.send('ZRANGE', key, '0', '-1') : redis.send('GET', key);
    const values = await Promise.all(keys.map(contentOf));
    const everything = JSON.stringify([keys, values]);
    const { accessTokens, refreshTokens } = world.provider.memory;
    const secrets = [id, ...accessTokens.keys(), ...refreshTokens.keys()];
    expect(secrets).toHaveLength(3);
    for (const secret of secrets) expect(everything).not.toContain(secret);
    const record = String(values[keys.findIndex((key) => key.includes('session:'))]);
    expect(record.length).toBeLessThan(1500);
  });

  it('SE-08: near the absolute limit, live no longer than the session may', async () => {
    await using world = await start('redis');
    const browser = world.browser();
    await world.signIn(browser);
    for (let passed = 0; passed < 5700; passed += 475) {
      world.advance(475);
      expect(await world.whoIs(browser)).toBe('user-ada');
    }
    for (const key of await redis.keys('latchkey:[sv]*')) {
      expect(Number(await redis.send('TTL', key))).toBeLessThanOrEqual(300);
    }
  });
});

describe('a changed session secret', () => {
  beforeAll(async () => {
    provider = await startScriptedProvider();
  });
  afterAll(() => provider.close());
  const next = 'the next secret, of more than thirty-two characters';
  const withSecret = (sessionSecret: string | string[]) =>
    startAppWorld({ redis, provider, auth: { sessionSecret } });

  it('SE-14: keeps everybody signed in while the old one is listed, with tokens that still open', async () => {
    await using before = await withSecret(testSecret);
    const browser = before.browser();
    await before.signIn(browser);
    await using after = await withSecret([next, testSecret]);
    expect(await after.whoIs(browser)).toBe('user-ada');
    provider.forgetCalls();
    await browser.followAll(await browser.post(`${after.url}/logout`));
    expect(provider.calls('revocation')).toHaveLength(1);
    expect(provider.calls('end_session')[0]?.query.get('id_token_hint')).toMatch(/^ey/);
  });

  it('SE-14: signs and seals new logins with the first', async () => {
    await using both = await withSecret([next, testSecret]);
    const browser = both.browser();
    await both.signIn(browser);
    await using alone = await withSecret(next);
    expect(await alone.whoIs(browser)).toBe('user-ada');
  });

  it('SE-14: makes people anonymous, and nothing worse, when the old one is gone', async () => {
    await using before = await withSecret(testSecret);
    const browser = before.browser();
    await before.signIn(browser);
    const half = before.browser();
    const started = await half.get(`${before.url}/protected`);
    await using after = await withSecret(next);
    expect(await after.whoIs(browser)).toBe('401');
    expect((await browser.get(`${after.url}/`)).status).toBe(200);
    const callback = new URL((await half.follow(started)).location ?? '');
    const late = await half.get(after.url + callback.pathname + callback.search);
    expect(late.status).toBe(400);
    expect((await after.signIn(browser)).status).toBe(200);
    expect(await after.whoIs(browser)).toBe('user-ada');
  });
});
