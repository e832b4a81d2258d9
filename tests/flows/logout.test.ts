// Signing out: here first, then at the provider, and back on our page with no cookie left.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { type BrowserClient, createBrowserClient, type Visit } from '../support/browser-client.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { testClient } from '../support/scripted-provider.ts';

let redis: TestRedis;
let world: AppWorld;
beforeAll(async () => {
  redis = await startRedis();
  world = await startAppWorld({ redis, auth: { providerTimeoutSeconds: 0.4 } });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await redis.stop();
});
beforeEach(() => world.provider.reset());

const signedIn = async (): Promise<BrowserClient> => {
  const browser = world.browser();
  expect((await world.signIn(browser)).status).toBe(200);
  world.provider.forgetCalls();
  return browser;
};
const logOut = (browser: BrowserClient, path = '/logout'): Promise<Visit> => browser.post(world.url + path);
const keysOfSessions = () => redis.keys('latchkey:[sv]*');

describe('LO-01: signing out', () => {
  it('goes to the provider with the hint, the client, the way back and a state', async () => {
    let idToken = '';
    world.provider.bend.tokenResponse = (response) => {
      idToken = String(response.id_token);
    };
    const browser = await signedIn();
    const answered = await logOut(browser);
    expect(answered.status).toBe(303);
    const url = new URL(answered.location ?? '');
    expect(url.origin + url.pathname).toBe(`${world.provider.issuer}/end-session`);
    expect(url.searchParams.get('id_token_hint')).toBe(idToken);
    expect(url.searchParams.get('client_id')).toBe(testClient.clientId);
    expect(url.searchParams.get('post_logout_redirect_uri')).toBe(`${world.url}/logout`);
    expect(url.searchParams.get('state')).toMatch(/^[\w-]{20,}$/);
    const page = await browser.followAll(answered);
    expect([page.status, new URL(page.url).pathname]).toEqual([200, '/logout']);
    expect(page.body).toContain('You are signed out');
  });

  it('uses another state each time', async () => {
    const states = new Set<string | null>();
    for (let round = 0; round < 2; round += 1) {
      const { location } = await logOut(await signedIn());
      states.add(new URL(location ?? '').searchParams.get('state'));
    }
    expect(states.size).toBe(2);
  });

  it('ends the session here before the provider hears of it', async () => {
    const browser = await signedIn();
    const before = browser.clone();
    let atThatTime: string[] = [];
    world.provider.bend.raw.revocation = async (_request, response) => {
      atThatTime = [await world.whoIs(before), String(await keysOfSessions())];
      response.writeHead(200).end();
    };
    await logOut(browser);
    expect(atThatTime).toEqual(['401', '']);
  });

  it('revokes the refresh token, with the credentials of the client', async () => {
    let tokens: Record<string, unknown> = {};
    world.provider.bend.tokenResponse = (response) => {
      tokens = response;
    };
    await logOut(await signedIn());
    const [call, ...more] = world.provider.calls('revocation');
    expect(call?.form.get('token')).toBe(tokens.refresh_token);
    expect(call?.form.get('token_type_hint')).toBe('refresh_token');
    expect(call?.headers.authorization).toMatch(/^Basic /);
    expect(more).toEqual([]);
  });

  it('revokes the access token where there is no other', async () => {
    world.provider.refreshTokens = 'never';
    await logOut(await signedIn());
    expect(world.provider.calls('revocation')[0]?.form.get('token_type_hint')).toBe('access_token');
  });

  it('ends this session and no other of the same person', async () => {
    const [phone, laptop] = [await signedIn(), await signedIn()];
    await logOut(phone);
    expect(await world.whoIs(laptop)).toBe('user-ada');
    await logOut(laptop);
  });
});

describe('LO-04: the cookies of a session', () => {
  it('LO-04a: are cleared with the flags they were set with, parts included', async () => {
    world.provider.bend.accessToken = () => 'x'.repeat(4000);
    const browser = await signedIn();
    const names = [...browser.cookies.names(world.url)].sort();
    expect(names).toEqual(['latchkey.rounds', 'latchkey.sid', 'latchkey.token.0', 'latchkey.token.1']);
    const answered = await logOut(browser);
    expect([...answered.setCookies].sort()).toEqual(
      names.map((name) => `${name}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax`),
    );
    expect(browser.cookies.names(world.url)).toEqual([]);
  });

  it('LO-04a: on https they are cleared with their prefix and Secure', async () => {
    const origin = 'https://app.example';
    await using secure = await startAppWorld({ baseUrl: origin, trustProxy: 1 });
    const browser = createBrowserClient({ behindProxy: { [origin]: `http://127.0.0.1:${secure.port}` } });
    expect((await browser.followAll(await browser.get(`${origin}/protected`))).status).toBe(200);
    const answered = await browser.post(`${origin}/logout`);
    expect([...answered.setCookies].sort()).toEqual(
      ['__Host-latchkey.rounds', '__Host-latchkey.sid', '__Host-latchkey.token'].map(
        (name) => `${name}=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax`,
      ),
    );
    expect(browser.cookies.list()).toEqual([]);
  });

  it('LO-04b: caches and storage are cleared with them', async () => {
    const answered = await logOut(await signedIn());
    expect(answered.headers['clear-site-data']).toBe('"cache", "storage"');
    expect(answered.headers['cache-control']).toBe('no-store');
  });
});
