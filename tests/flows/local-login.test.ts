// The local provider with accounts of the directory: what its pages say, what ends with a password, production.

import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AccountWorld,
  createAccountWorld,
  goodPassword,
  otherPassword,
} from '../support/account-world.ts';
import { type BrowserClient, createBrowserClient } from '../support/browser-client.ts';
import { startDemoApp } from '../support/demo-app.ts';
import {
  answerOf,
  beginJourney,
  enterPassword,
  formAction,
  startWorld,
  travel,
  type World,
} from '../support/local-provider-world.ts';

let accounts: AccountWorld;
let world: World;
beforeAll(async () => {
  accounts = createAccountWorld();
  world = await startWorld({ accounts: accounts.forProvider() });
});
afterAll(() => world.close());

const signInPage = async (browser: BrowserClient, given: Record<string, string> = {}) => {
  const journey = await beginJourney(world.app, given);
  return { journey, page: await travel(browser, await browser.get(journey.url)) };
};
const logInAs = async (browser: BrowserClient, name: string, password: string, given = {}) => {
  const { journey, page } = await signInPage(browser, given);
  const visit = page.location === null ? await enterPassword(browser, page, name, password) : page;
  return openid.authorizationCodeGrant(world.app, answerOf(visit), journey.checks);
};

describe('a person with an account at the local provider', () => {
  it('signs in, and what they may is not in the tokens: the directory says it', async () => {
    await accounts.add('ada', goodPassword, {
      name: 'Ada',
      permissions: ['reports:read'],
      roles: ['editor'],
    });
    const tokens = await logInAs(createBrowserClient(), 'ADA', goodPassword);
    expect(tokens.claims()).toMatchObject({
      name: 'Ada',
      preferred_username: 'ada',
    });
    expect(tokens.claims()?.permissions ?? []).toEqual([]);
    expect(tokens.claims()?.roles ?? []).toEqual([]);
  });

  it('AD-05a: reads the same about a wrong password, an unknown name and a disabled account', async () => {
    const gone = await accounts.add('gone');
    await accounts.directory.people.change(gone.id, { disabled: true }, 'admin', 1);
    const texts: string[] = [];
    for (const [name, password] of [
      ['gone', goodPassword],
      ['gone', 'wrong'],
      ['never', goodPassword],
    ] as const) {
      const browser = createBrowserClient();
      const visit = await enterPassword(browser, (await signInPage(browser)).page, name, password);
      expect(visit.status).toBe(422);
      expect(visit.setCookies.join()).not.toMatch(/lk_op_session|lk_op_device/);
      texts.push(visit.body.replaceAll(name, 'NAME').replaceAll(/interaction\/[\w-]+/g, 'interaction/…'));
    }
    expect(new Set(texts).size).toBe(1);
  });

  it('AD-04a: who guesses too often reads when to come back, and a known browser still gets in', async () => {
    await accounts.add('vic');
    const known = createBrowserClient();
    await logInAs(known, 'vic', goodPassword);
    const attacker = createBrowserClient();
    const { page } = await signInPage(attacker);
    let visit = page;
    for (let round = 0; round < 6; round += 1) visit = await enterPassword(attacker, page, 'vic', 'guess');
    expect([visit.status, visit.headers['retry-after']]).toEqual([429, '30']);
    expect(visit.body).toContain('Wait one minute');
    expect((await enterPassword(attacker, page, 'vic', goodPassword)).status).toBe(429);
    // From the very same address.
    const tokens = await logInAs(known, 'vic', goodPassword, { prompt: 'login' });
    expect(tokens.claims()?.preferred_username).toBe('vic');
  });

  it('AD-03b: whose password changes has to sign in anew everywhere, and refresh tokens from before are void', async () => {
    const eve = await accounts.add('eve');
    const browser = createBrowserClient();
    const tokens = await logInAs(browser, 'eve', goodPassword, {
      scope: 'openid offline_access',
      prompt: 'login',
    });
    const again = await logInAs(browser, 'eve', 'not needed: the session is there');
    expect(again.claims()?.preferred_username).toBe('eve');
    // Sessions count in whole seconds.
    accounts.advance(2);
    await accounts.accounts.setPassword(eve.id, otherPassword, { temporary: false });
    const refreshed = openid.refreshTokenGrant(world.app, tokens.refresh_token ?? '');
    await expect(refreshed).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(openid.fetchUserInfo(world.app, tokens.access_token, eve.id)).rejects.toThrow();
    const { page } = await signInPage(browser);
    expect(page.body).toContain('name="password"');
    accounts.advance(-2);
  });

  it('AD-08: nobody is signed in between the temporary password and the new one', async () => {
    const tia = await accounts.add('tia');
    await accounts.accounts.setPassword(tia.id, otherPassword);
    const browser = createBrowserClient();
    const { page } = await signInPage(browser);
    const step = await enterPassword(browser, page, 'tia', otherPassword);
    expect(step.body).toContain('Choose a new password');
    expect(step.setCookies.join()).not.toMatch(/lk_op_session=[^;]/);
    // Going on to where a finished sign-in leads only asks for the password again.
    const uid = /interaction\/([\w-]+)/.exec(step.url)?.[1] ?? '';
    const skipped = await travel(browser, await browser.get(`${world.issuer}/auth/${uid}`));
    expect(skipped.location).toBeNull();
    expect(skipped.body).toContain('name="password"');
  });

  it('AD-08: the form for the new password is nobody’s who has not entered the temporary one', async () => {
    const browser = createBrowserClient();
    const { page } = await signInPage(browser);
    const action = formAction(page, '/sign-in').replace('/sign-in', '/new-password');
    const fields = { new_password: goodPassword, new_password_again: goodPassword };
    const visit = await travel(browser, await browser.post(action, fields));
    expect(visit.body).toContain('name="password"');
    const foreign = await browser.post(action, fields, { from: 'https://evil.example/' });
    expect(foreign.status).toBe(403);
  });
});

describe('a team without a provider, in production', () => {
  const production = (port: number): Record<string, string> => ({
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    BASE_URL: `http://localhost:${port}`,
    LOCAL_PROVIDER_URL: `http://127.0.0.1:${port + 1}`,
    SESSION_SECRET: 'a secret of more than thirty-two characters',
  });

  it('AD-06a: has no account that anybody knows, and no demo users', async () => {
    await using app = await startDemoApp(production);
    const browser = createBrowserClient();
    const page = await browser.followAll(await browser.get(`${app.url}/protected`));
    expect(page.body).toContain('name="password"');
    expect(page.body).not.toMatch(/Demo users|>ada</);
    for (const [name, password] of [
      ['ada', 'ada'],
      ['ben', 'ben'],
      ['admin', 'admin'],
      ['admin', ''],
    ] as const) {
      const visit = await browser.post(formAction(page, '/sign-in'), { login: name, password });
      expect([visit.status, visit.location]).toEqual([422, null]);
    }
  });
});

it('AD-09: with a provider of its own the app has no page and no port for passwords', async () => {
  await using app = await startDemoApp({
    OIDC_ISSUER: 'http://127.0.0.1:9',
    OIDC_CLIENT_ID: 'a',
    OIDC_CLIENT_SECRET: 'b',
  });
  const browser = createBrowserClient();
  for (const method of ['get', 'post'] as const) {
    const visit = await (method === 'get'
      ? browser.get(`${app.url}/setup`)
      : browser.post(`${app.url}/setup`, { secret: 'x' }));
    expect(visit.status).toBe(404);
  }
  await expect(fetch(`http://127.0.0.1:${app.port + 1}/`)).rejects.toThrow('fetch failed');
});
