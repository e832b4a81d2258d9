// Where refresh tokens are: at the provider and sealed in the store, and nowhere that a browser or a log reader looks.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import type { BrowserClient, Visit } from '../support/browser-client.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { startRefreshWorld, tokenLife } from '../support/refresh-world.ts';
import { answer, oauthError } from '../support/scripted-provider/answers.ts';

let redis: TestRedis;
let world: AppWorld;
beforeAll(async () => {
  redis = await startRedis();
  world = await startAppWorld({ redis, logLevel: 'trace' });
});
beforeEach(async () => {
  world.provider.reset();
  await redis.flush();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await redis.stop();
});

const dump = async (): Promise<string> => {
  const values = [];
  for (const key of await redis.keys()) {
    const isIndex = (await redis.send('TYPE', key)) === 'zset';
    values.push(key, String(await (isIndex ? redis.send('ZRANGE', key, '0', '-1') : redis.send('GET', key))));
  }
  return values.join('\n');
};
const textOf = (visit: Visit): string => JSON.stringify([visit.headers, visit.setCookies, visit.body]);

describe('every token that the provider gave, over three refreshes', () => {
  it('RT-01, RT-08a: is in no answer, no cookie, no script, no log line, and sealed in the store', async () => {
    const secrets: string[] = [];
    const refreshTokens: string[] = [];
    world.provider.bend.tokenResponse = (response) => {
      secrets.push(...[response.access_token, response.refresh_token, response.id_token].map(String));
      refreshTokens.push(String(response.refresh_token));
    };
    const browser = world.browser();
    const seen: Visit[] = [];
    seen.push(await browser.followAll(await browser.get(`${world.url}/protected`), 10, seen));
    const stored: string[] = [await dump()];
    for (let round = 0; round < 3; round += 1) {
      world.advance(tokenLife.due);
      for (const path of ['/protected', '/profile', '/', '/api/me', '/logout']) {
        seen.push(await browser.get(world.url + path));
      }
      stored.push(await dump());
    }
    world.provider.bend.raw.token = oauthError('invalid_grant');
    world.advance(tokenLife.due);
    seen.push(await browser.get(`${world.url}/protected`));
    expect(refreshTokens).toHaveLength(4);
    const scripts = [
      ...new Set(seen.flatMap(({ body }) => [...body.matchAll(/src="([^"]+)"/g)].map(([, src]) => src))),
    ];
    for (const src of scripts) seen.push(await browser.get(new URL(src ?? '', world.url).href));

    const toBrowser = seen
      .filter(({ url }) => url.startsWith(world.url))
      .map(textOf)
      .join('\n');
    const cookies = JSON.stringify(browser.cookies.list());
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(20);
      for (const place of [toBrowser, cookies, world.logText(), ...stored]) {
        expect(place.includes(secret)).toBe(false);
        expect(place.includes(Buffer.from(secret).toString('base64url'))).toBe(false);
      }
    }
    expect(world.logText()).toContain('tokens_refreshed');
    expect(world.logText()).toContain('refresh_failed');
    expect(stored.join()).toContain('latchkey:vault:');
  });
});

describe('a vault', () => {
  it('RT-08a: moved under another session’s key opens nothing there: that session ends', async () => {
    const ada = world.browser();
    await world.signIn(ada);
    const [adaVault = ''] = await redis.keys('latchkey:vault:*');
    const ben = world.browser();
    await world.signIn(ben);
    const benVault = (await redis.keys('latchkey:vault:*')).find((key) => key !== adaVault) ?? '';
    await redis.send('SET', benVault, String(await redis.send('GET', adaVault)), 'EX', '1000');
    world.advance(tokenLife.due);
    world.provider.forgetCalls();
    expect(await world.whoIs(ben)).toBe('401');
    expect(world.provider.calls('token')).toEqual([]);
    expect(await world.whoIs(ada)).toBe('user-ada');
  });

  it.each(['', '0:', '0:garbage', 'garbage', '999999999999:x'])(
    'RT-08a: of "%s" is no vault',
    async (text) => {
      const browser = world.browser();
      await world.signIn(browser);
      const [vault = ''] = await redis.keys('latchkey:vault:*');
      await redis.send('SET', vault, text, 'EX', '1000');
      world.advance(tokenLife.due);
      world.provider.forgetCalls();
      expect(await world.whoIs(browser)).toBe('401');
      expect(world.provider.calls('token')).toEqual([]);
    },
  );

  it('RT-08b: lives no longer than its session, however often it is refreshed', async () => {
    const auth = { idleSeconds: 7200, absoluteSeconds: 4 * 3600 };
    await using limited = await startRefreshWorld({ redis, auth });
    await redis.flush();
    const browser = await limited.signedIn();
    for (let hour = 0; hour < 4; hour += 1) {
      expect((await limited.who(browser)).status).toBe(200);
      for (const key of await redis.keys('latchkey:[sv]*')) {
        expect(Number(await redis.send('TTL', key))).toBeLessThanOrEqual(7200);
      }
      limited.advance(3590);
    }
    limited.advance(60);
    const asked = limited.refreshes().length;
    expect(asked).toBe(3);
    expect((await browser.fetchJson(`${limited.url}/api/who`)).status).toBe(401);
    expect(limited.refreshes()).toHaveLength(asked);
  });
});

describe('a logout after a refresh', () => {
  const signedOut = async (browser: BrowserClient): Promise<void> => {
    expect((await browser.post(`${world.url}/logout`)).status).toBe(303);
    expect(await world.whoIs(browser)).toBe('401');
    expect(await redis.keys('latchkey:[svl]*')).toEqual([]);
  };
  const refreshed = async () => {
    let latest = '';
    world.provider.bend.tokenResponse = (response) => {
      latest = String(response.refresh_token);
    };
    const browser = world.browser();
    await world.signIn(browser);
    world.advance(tokenLife.due);
    await world.whoIs(browser);
    return { browser, latest };
  };

  it('RT-07a: revokes the latest refresh token, as this client', async () => {
    const { browser, latest } = await refreshed();
    await signedOut(browser);
    const [call, ...more] = world.provider.calls('revocation');
    expect(more).toEqual([]);
    expect(call?.form.get('token')).toBe(latest);
    expect(call?.form.get('token_type_hint')).toBe('refresh_token');
    expect(call?.headers.authorization).toMatch(/^Basic /);
    expect(world.provider.memory.refreshTokens.get(latest)?.isRevoked).toBe(true);
  });

  it('RT-07b: tries again where the provider answers 503, and signs out here all the same', async () => {
    const { browser } = await refreshed();
    world.provider.bend.raw.revocation = answer(503);
    await signedOut(browser);
    expect(world.provider.calls('revocation')).toHaveLength(2);
  });

  it('RT-07c: does not mind a provider that cannot revoke this kind of token', async () => {
    const { browser } = await refreshed();
    world.provider.bend.raw.revocation = oauthError('unsupported_token_type');
    await signedOut(browser);
    expect(world.logText()).not.toMatch(/revocation_failed.*unsupported/);
  });
});
