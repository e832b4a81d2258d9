// Somebody without a good credential asks the app's API and pages in every way that might slip past a guard.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import type { BrowserClient } from '../support/browser-client.ts';
import { ask, pageNavigation, scriptFetch } from '../support/request-kinds.ts';
import { testUser } from '../support/scripted-provider.ts';

let world: AppWorld;
beforeAll(async () => {
  world = await startAppWorld({ logLevel: 'trace' });
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.provider.reset());

const signedIn = async (claims: Record<string, unknown> = {}): Promise<BrowserClient> => {
  world.provider.user = { ...testUser, ...claims };
  const browser = world.browser();
  await world.signIn(browser);
  return browser;
};
const cookieOf = (browser: BrowserClient) => browser.cookies.header(world.url, 'strict') ?? '';
describe('without any credential', () => {
  it.each(['/api/me', '/api/reports', '/protected', '/protected/scope', '/profile'])(
    'RS-01: %s answers a script 401 without an error attribute and without a redirect',
    async (path) => {
      const answer = await ask(world.url + path, scriptFetch);
      expect(answer.status).toBe(401);
      expect(answer.headers.location).toBeUndefined();
      expect(answer.headers['www-authenticate']).toBe(`Bearer realm="localhost:${world.port}"`);
      expect(answer.headers['content-type']).toContain('application/problem+json');
      expect(JSON.parse(answer.body)).toMatchObject({ status: 401, code: 'unauthenticated' });
    },
  );

  it('RS-15a: a person who opens a page is sent to the provider', async () => {
    const answer = await world.browser().get(`${world.url}/protected`);
    expect(answer.status).toBe(302);
    expect(answer.location).toContain(`${world.provider.issuer}/authorize`);
  });

  it('RS-15b: a script that asks for the same page gets 401 and starts no login', async () => {
    const answer = await world.browser().fetchJson(`${world.url}/protected`);
    expect([answer.status, answer.location, answer.setCookies]).toEqual([401, null, []]);
  });

  it.each([
    ['none', {}, 200],
    ['a bad header', { authorization: 'Bearer nonsense' }, 401],
    ['a forged session cookie', { cookie: 'latchkey.sid=s%3Aforged.signature; latchkey.token=x' }, 200],
  ])('RS-14: the start page with %s', async (_what, headers, status) => {
    const answer = await ask(`${world.url}/`, scriptFetch, headers);
    expect(answer.status).toBe(status);
    expect(answer.body).not.toContain('Ada Lovelace');
  });

  it('RS-14c: the start page greets nobody when the session has ended', async () => {
    const browser = await signedIn();
    expect((await browser.get(`${world.url}/`)).body).toContain('Ada Lovelace');
    const cookie = cookieOf(browser);
    await browser.post(`${world.url}/logout`);
    const answer = await ask(`${world.url}/`, pageNavigation, { cookie });
    expect([answer.status, answer.body.includes('Ada Lovelace')]).toEqual([200, false]);
  });
});

it('RS-03a: a good token in the query is not a credential and is not written down', async () => {
  world.provider.bend.accessToken = () => 'query-token-5f1c';
  const browser = await signedIn();
  const sid = `latchkey.sid=${browser.cookies.value(world.url, 'latchkey.sid')}`;
  for (const cookie of [{}, { cookie: sid }]) {
    const answer = await ask(`${world.url}/api/me?access_token=query-token-5f1c`, scriptFetch, cookie);
    expect(answer.status).toBe(401);
  }
  expect(world.logText()).not.toContain('query-token-5f1c');
});

describe('RS-22: a token cookie that is no longer what it was', () => {
  const asBrowserLeft = async () => {
    const browser = await signedIn();
    const value = browser.cookies.value(world.url, 'latchkey.token') ?? '';
    return { browser, sid: `latchkey.sid=${browser.cookies.value(world.url, 'latchkey.sid')}`, value };
  };

  it('tampered: 401, the cookie is cleared, and the session does not stand in for it', async () => {
    const { browser, sid, value } = await asBrowserLeft();
    const changed = `${value.slice(0, 60)}${value[60] === 'x' ? 'y' : 'x'}${value.slice(61)}`;
    const answer = await ask(`${world.url}/api/me`, scriptFetch, {
      cookie: `${sid}; latchkey.token=${changed}`,
    });
    expect(answer.status).toBe(401);
    expect(answer.body).not.toContain('Ada');
    expect(answer.headers['set-cookie']).toEqual([
      'latchkey.token=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
    ]);
    expect(await world.whoIs(browser)).toBe('user-ada');
  });

  it('expired: the browser has dropped it, and what a script kept is 401', async () => {
    world.provider.accessTokenSeconds = 60;
    world.provider.refreshTokens = 'never';
    const { browser, sid, value } = await asBrowserLeft();
    const jar = browser.cookies.list().find(({ key }) => key === 'latchkey.token');
    expect(jar?.maxAge).toBeLessThanOrEqual(60);
    world.advance(61);
    const answer = await ask(`${world.url}/api/me`, scriptFetch, {
      cookie: `${sid}; latchkey.token=${value}`,
    });
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toContain('error="invalid_token"');
    expect(answer.body).not.toContain('Ada');
  });
});
