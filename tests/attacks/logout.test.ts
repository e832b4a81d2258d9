// An attacker signs people out against their will, or goes on with what they left behind after signing out.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld, startLibraryWorld } from '../support/app-world.ts';
import type { BrowserClient } from '../support/browser-client.ts';
import { sendRequest } from '../support/browser-request.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let redis: TestRedis;
let world: AppWorld;
beforeAll(async () => {
  redis = await startRedis();
  world = await startAppWorld({ redis });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await redis.stop();
});
beforeEach(async () => {
  world.provider.reset();
  await redis.flush();
});

const signedIn = async (): Promise<BrowserClient> => {
  const browser = world.browser();
  await world.signIn(browser);
  expect(await world.whoIs(browser)).toBe('user-ada');
  world.provider.forgetCalls();
  return browser;
};
const evil = 'https://evil.example/';

describe('against their will', () => {
  it.each(['image', 'iframe', 'script'])('LO-02a: an embedded %s signs nobody out', async (dest) => {
    const browser = await signedIn();
    await browser.embed(`${world.url}/logout`, dest, { from: evil });
    await browser.embed(`${world.url}/logout`, dest);
    expect(await world.whoIs(browser)).toBe('user-ada');
  });

  it('LO-02a: a link shows the page with the button, and that is all', async () => {
    const browser = await signedIn();
    const page = await browser.get(`${world.url}/logout?return_to=https://evil.example`, { from: evil });
    expect(page.status).toBe(200);
    expect(page.setCookies).toEqual([]);
    expect(page.body).toMatch(
      /<form[^>]+method="post"[^>]+action="\/logout"|<form[^>]+action="\/logout"[^>]+method="post"/,
    );
    expect(page.body).not.toContain('evil.example');
    expect(await world.whoIs(browser)).toBe('user-ada');
    expect(world.provider.calls('revocation')).toEqual([]);
  });

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['a sibling host', { 'sec-fetch-site': 'same-site', origin: 'https://other.example' }],
    ['an old browser elsewhere', { origin: 'https://evil.example' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['a client that says nothing', {}],
  ])(
    'LO-02b: a POST from %s is refused and changes nothing',
    async (_from, headers: Record<string, string>) => {
      const browser = await signedIn();
      const cookie = browser.cookies.header(world.url, 'strict') ?? '';
      const keys = await redis.keys();
      const answer = await sendRequest(
        { method: 'POST', url: `${world.url}/logout`, headers: { cookie, ...headers }, body: '' },
        { behindProxy: {}, timeoutMs: 5000 },
      );
      expect(answer.status).toBe(403);
      expect(answer.headers['set-cookie']).toBeUndefined();
      expect(answer.headers['clear-site-data']).toBeUndefined();
      expect(await redis.keys()).toEqual(keys);
      expect(await world.whoIs(browser)).toBe('user-ada');
      expect(world.provider.calls()).toEqual([]);
    },
  );

  it('LG-01g: each refused POST leaves one line in the log, with the request that it was', async () => {
    const before = world.logLines().length;
    await world.browser().post(`${world.url}/logout`, {}, { from: evil });
    const lines = world.logLines().slice(before);
    const refusals = lines.filter(({ msg }) => msg === 'access_refused');
    expect(refusals).toMatchObject([
      { code: 'cross_site_request', path: '/logout', requestId: expect.any(String) },
    ]);
    expect(lines.find(({ msg }) => msg === 'request')?.requestId).toBe(refusals[0]?.requestId);
  });

  it('LO-06b: a foreign address to come back to is ignored', async () => {
    for (const name of ['return_to', 'returnTo', 'post_logout_redirect_uri', 'redirect', 'next']) {
      const browser = await signedIn();
      const fields = { [name]: 'https://evil.example/' };
      const answer = await browser.post(`${world.url}/logout?${new URLSearchParams(fields)}`, fields);
      const back = new URL(answer.location ?? '').searchParams.get('post_logout_redirect_uri');
      expect(back).toBe(`${world.url}/logout`);
      expect(answer.location).not.toContain('evil.example');
    }
  });

  it.each(['PUT', 'DELETE', 'PATCH'])('%s /logout is no way to sign anybody out', async (method) => {
    const browser = await signedIn();
    const answer = await browser.fetchJson(`${world.url}/logout`, { method });
    expect(answer.status).toBe(405);
    expect(await world.whoIs(browser)).toBe('user-ada');
  });
});

describe('with what was left behind', () => {
  const signedOut = async () => {
    const browser = await signedIn();
    const thief = browser.clone();
    await browser.followAll(await browser.post(`${world.url}/logout`));
    return { browser, thief };
  };

  it('LO-03a: the old cookies are nobody, on pages too', async () => {
    const { thief } = await signedOut();
    expect((await thief.get(`${world.url}/`)).body).not.toContain('Ada');
    expect((await thief.get(`${world.url}/protected`)).location).toContain('/authorize?');
    expect(await redis.keys('latchkey:session:*')).toEqual([]);
    expect(await redis.keys('latchkey:vault:*')).toEqual([]);
  });

  it('LO-03b: the old token is refused at the API, also beside the session of somebody who came after', async () => {
    const { thief } = await signedOut();
    expect(await world.whoIs(thief)).toBe('401');
    const token = thief.cookies.value(world.url, 'latchkey.token') ?? '';
    const next = await signedIn();
    next.cookies.set(world.url, `latchkey.token=${token}; Path=/`);
    expect(await world.whoIs(next)).toBe('401');
  });

  it('LO-03b: the refresh token is of no use at the provider either', async () => {
    let token = '';
    world.provider.bend.tokenResponse = (response) => {
      token = String(response.refresh_token);
    };
    await signedOut();
    expect(world.provider.memory.find(world.provider.memory.refreshTokens, token)).toBeNull();
  });

  it.each(['/', '/protected', '/profile', '/api/me', '/logout'])(
    'LO-03c: the back button finds no copy of %s',
    async (path) => {
      const page = await (await signedIn()).get(world.url + path);
      expect(page.status).toBe(200);
      expect(page.headers['cache-control']).toBe('no-store');
      expect(page.headers.etag).toBeUndefined();
    },
  );

  it('a slow request that began before, and keeps something, does not bring the session back', async () => {
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    await using shop = await startLibraryWorld(
      (app, auth) => {
        app.get('/slow', auth.session(), auth.currentUser(), async (req, res) => {
          begun.resolve();
          await gate.promise;
          Object.assign(req.session, { basket: ['a book'] });
          res.send('kept');
        });
      },
      { redis },
    );
    const browser = shop.browser();
    await browser.followAll(await browser.get(`${shop.url}/login?return_to=/api/me`));
    expect(await shop.whoIs(browser)).toBe('user-ada');
    const slow = browser.clone();
    const answer = slow.get(`${shop.url}/slow`);
    await begun.promise;
    await browser.post(`${shop.url}/logout`);
    gate.resolve();
    expect((await answer).status).toBe(200);
    expect(await shop.whoIs(slow)).toBe('401');
    expect(await redis.keys('latchkey:session:*')).toEqual([]);
  });
});
