// The session secret is changed while people are signed in: first the new one in front, later the old one gone.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import type { BrowserClient } from '../support/browser-client.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';

const older = 'the older secret, of more than thirty-two characters';
const newer = 'the newer secret, of more than thirty-two characters';
let redis: TestRedis;
let provider: ScriptedProvider;
const worlds: AppWorld[] = [];
const withSecrets = async (...sessionSecret: string[]): Promise<AppWorld> => {
  const world = await startAppWorld({ redis, provider, auth: { sessionSecret } });
  worlds.push(world);
  return world;
};

let before: AppWorld;
let both: AppWorld;
let after: AppWorld;
beforeAll(async () => {
  [redis, provider] = await Promise.all([startRedis(), startScriptedProvider()]);
  before = await withSecrets(older);
  both = await withSecrets(newer, older);
  after = await withSecrets(newer);
});
afterAll(async () => {
  for (const world of worlds) await world[Symbol.asyncDispose]();
  await provider.close();
  await redis.stop();
});
beforeEach(() => provider.reset());

const signedIn = async (world: AppWorld): Promise<BrowserClient> => {
  const browser = world.browser();
  expect((await world.signIn(browser)).status).toBe(200);
  return browser;
};

// Cookies do not know ports, so the same browser can go from one app to the next, as it does when one is restarted.
it('SE-14: a session of the old secret goes on while that secret is listed', async () => {
  const browser = await signedIn(before);
  expect(await both.whoIs(browser)).toBe('user-ada');
  expect((await browser.get(`${both.url}/profile`)).status).toBe(200);
});

it('SE-14: signing out works in full across the change: the sealed tokens still open', async () => {
  const browser = await signedIn(before);
  provider.forgetCalls();
  const answer = await browser.post(`${both.url}/logout`);
  expect(new URL(answer.location ?? '').searchParams.get('id_token_hint')).toMatch(/^eyJ/);
  expect(provider.calls('revocation')).toHaveLength(1);
  expect(await before.whoIs(browser)).toBe('401');
});

it('SE-14: a login that began under the old secret ends under both', async () => {
  const browser = before.browser();
  const back = await browser.follow(await browser.get(`${before.url}/protected`));
  const callback = new URL(back.location ?? '');
  callback.port = String(both.port);
  // The provider compares the redirect URI of both steps; this one is of the app that began.
  for (const { request } of provider.memory.codes.values())
    request.set('redirect_uri', `${both.url}/auth-callback`);
  const page = await browser.followAll(await browser.get(callback.href));
  expect([page.status, page.url]).toEqual([200, `${both.url}/protected`]);
});

it('SE-14: a new session is of the new secret alone', async () => {
  const browser = await signedIn(both);
  expect(await after.whoIs(browser)).toBe('user-ada');
  expect(await before.whoIs(browser)).toBe('401');
});

it('SE-14: once the old secret is gone its sessions are nobody’s: no error, and a login mends it', async () => {
  const browser = await signedIn(before);
  expect(await after.whoIs(browser)).toBe('401');
  expect((await browser.get(`${after.url}/`)).status).toBe(200);
  expect((await browser.get(`${after.url}/logout`)).status).toBe(200);
  const page = await after.signIn(browser);
  expect(page.status).toBe(200);
  expect(await after.whoIs(browser)).toBe('user-ada');
});
