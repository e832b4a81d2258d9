// AT-06, AT-08: hostile texts on their way into headers, cookies, store keys and addresses.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld, startLibraryWorld } from '../support/app-world.ts';
import { rawRequest, requestText } from '../support/raw-http.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { testUser } from '../support/scripted-provider.ts';

let redis: TestRedis;
let world: AppWorld;
beforeAll(async () => {
  redis = await startRedis();
  world = await startAppWorld({ redis });
});
beforeEach(async () => {
  world.provider.reset();
  await redis.flush();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await redis.stop();
});

describe('names that become part of a header', () => {
  const hostile = ['a"b', 'c\\d', 'e\r\nX-Evil: 1', 'f\u0000', 'g, error="x"', 'ünï', '\u{1f418}'];

  it('AT-06b: in a challenge are quoted safely, and never a header of their own or a 500', async () => {
    await using shop = await startLibraryWorld(
      (app, auth) => {
        app.get('/scope', auth.authenticated({ scope: hostile }), (_req, res) => void res.send('in'));
        app.get('/acr', auth.authenticated({ acr: hostile.join(' ') }), (_req, res) => void res.send('in'));
        app.get(
          '/permission',
          auth.currentUser({ permissions: hostile }),
          (_req, res) => void res.send('in'),
        );
      },
      { provider: world.provider },
    );
    const browser = shop.browser();
    await shop.signIn(browser, '/login');
    for (const [path, status] of [
      ['/scope', 403],
      ['/acr', 401],
      ['/permission', 403],
    ] as const) {
      const visit = await browser.fetchJson(shop.url + path);
      expect(visit.status).toBe(status);
      expect(visit.headers).not.toHaveProperty('x-evil');
      expect(visit.headers['www-authenticate']).toMatch(
        /^Bearer realm="localhost:\d+", error="insufficient_(?:scope|user_authentication)"(?:, (?:scope|acr_values)="[\x20\x21\x23-\x5b\x5d-\x7e]*")?$/,
      );
    }
    expect((await browser.get(`${shop.url}/permission`)).status).toBe(403);
  });

  it.each([
    ['a;Domain=evil.example;Path=/x', 200],
    ['a,b="c"', 200],
    ['a%0d%0aSet-Cookie:evil=1', 200],
    ['a\r\nSet-Cookie: evil=1', 502],
    ['a b', 502],
    ['ünï', 502],
    ['', 502],
  ])(
    'AT-06c: an access token of %j in a plain cookie stays a value, or the login ends',
    async (token, status) => {
      await using plain = await startAppWorld({
        provider: world.provider,
        auth: { accessTokenCookie: 'plain' },
      });
      plain.provider.bend.accessToken = () => token;
      const browser = plain.browser();
      expect((await plain.signIn(browser)).status).toBe(status);
      expect(browser.cookies.names(plain.url)).not.toContain('evil');
      expect(await plain.whoIs(browser)).toBe(status === 200 ? 'user-ada' : '401');
      for (const cookie of browser.cookies.list(plain.url)) {
        expect([cookie.path, cookie.hostOnly]).toEqual(['/', true]);
      }
    },
  );

  it('AT-06c: a cookie of any bytes is answered, and none of it comes back in a header', async () => {
    for (const value of [
      '%0d%0aX-Evil:1',
      '"',
      '\u00ff\u00fe',
      '{}',
      '%',
      `s%3A${'%'.repeat(500)}`,
      '__proto__',
    ]) {
      for (const name of ['latchkey.sid', 'latchkey.token', 'latchkey.token.0', 'latchkey.tx.evil']) {
        for (const path of ['/', '/login', '/api/me', '/auth-callback?code=a&state=b']) {
          const { answers, text } = await rawRequest(
            world.port,
            Buffer.from(
              requestText([
                `GET ${path} HTTP/1.1`,
                'Host: x',
                `Cookie: ${name}=${value}`,
                'Connection: close',
              ]),
              'latin1',
            ),
          );
          expect(answers).toHaveLength(1);
          expect(answers[0]?.status).toBeLessThan(500);
          expect(text).not.toMatch(/x-evil/i);
        }
      }
    }
  });
});

describe('names that become part of a key or an address', () => {
  it.each([
    '*',
    'a:b',
    'a}{b',
    '{}',
    '../../etc/passwd',
    'a b',
    'a\nb',
    'a\u0000b',
    '%2e%2e',
    "' OR 1=1 --",
    '$where',
    '__proto__',
  ])('AT-08a: the subject %j signs in as itself, and reaches no key', async (sub) => {
    world.provider.user = { ...testUser, sub };
    const browser = world.browser();
    expect((await world.signIn(browser)).status).toBe(200);
    expect(await world.whoIs(browser)).toBe(sub);
    const keys = await redis.keys();
    expect(keys).toHaveLength(5);
    for (const key of keys) expect(key).toMatch(/^latchkey:(?:session|vault|once|index):\{[\w-]{43}\}$/);
  });

  it.each([
    ['10 KB', 'a'.repeat(10_240)],
    ['nothing', ''],
  ])('AT-08a: a subject of %s is no subject: nobody is signed in', async (_what, sub) => {
    world.provider.user = { ...testUser, sub };
    const browser = world.browser();
    expect((await world.signIn(browser)).status).toBe(502);
    expect(await world.whoIs(browser)).toBe('401');
    expect(await redis.keys('latchkey:[sv]*')).toEqual([]);
  });

  it.each([
    '*',
    ':',
    'a\r\nHost: evil.example',
    '../../../etc/passwd',
    'http://evil.example/key',
    'k'.repeat(10_240),
  ])(
    'AT-08b: the key id %j is only compared: no other address is asked, nobody is signed in',
    async (kid) => {
      world.provider.bend.idTokenHeader = (header) => ({ ...header, kid });
      const browser = world.browser();
      expect((await world.signIn(browser)).status).toBe(502);
      expect(await world.whoIs(browser)).toBe('401');
      expect(world.provider.calls('other')).toEqual([]);
      expect(world.provider.calls('userinfo')).toEqual([]);
      for (const { query } of world.provider.calls('jwks')) expect([...query]).toEqual([]);
    },
  );
});
