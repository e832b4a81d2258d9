// Signing in at the local provider, as people, clients and attackers meet it.
import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBrowserClient } from '../support/browser-client.ts';
import {
  answerOf,
  beginJourney,
  enterPassword,
  formAction,
  logIn,
  startWorld,
  travel,
  type World,
} from '../support/local-provider-world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({
    demoHints: [{ login: 'ada', password: 'correct horse', about: 'may do everything' }],
  });
});
afterAll(async () => {
  await world.close();
});

describe('signing in', () => {
  it('a person signs in once and is sent back, without being asked for consent', async () => {
    const browser = createBrowserClient();
    const journey = await beginJourney(world.app);
    const page = await travel(browser, await browser.get(journey.url));
    expect(page.status).toBe(200);
    expect(page.headers['cache-control']).toBe('no-store');
    expect(page.body).toContain('correct horse');
    const answer = answerOf(await enterPassword(browser, page, 'ada'));
    expect(answer.searchParams.get('iss')).toBe(world.issuer);

    const tokens = await openid.authorizationCodeGrant(world.app, answer, journey.checks);
    expect(tokens.refresh_token).toBeDefined();
    expect(tokens.claims()).toMatchObject({
      sub: 'ada',
      name: 'Ada Lovelace',
      email: 'ada@example.test',
      permissions: ['reports:read', 'admin'],
      roles: ['editor'],
      acr: '1',
      amr: ['pwd'],
    });
    expect(tokens.claims()?.auth_time).toBeTypeOf('number');
    expect(await openid.fetchUserInfo(world.app, tokens.access_token, 'ada')).toMatchObject({
      sub: 'ada',
      preferred_username: 'ada',
      permissions: ['reports:read', 'admin'],
      roles: ['editor'],
    });
  });

  it('a person without permissions gets empty lists and not somebody else’s', async () => {
    const tokens = await logIn(world.app, createBrowserClient(), 'bob');
    expect(tokens.claims()).toMatchObject({ sub: 'bob', permissions: [], roles: [] });
  });

  it('a person who is signed in already passes through, and the client learns that no password was entered', async () => {
    const browser = createBrowserClient();
    const first = await logIn(world.app, browser, 'ada');
    const journey = await beginJourney(world.app, { prompt: 'none' });
    const answer = answerOf(await travel(browser, await browser.get(journey.url)));
    const tokens = await openid.authorizationCodeGrant(world.app, answer, journey.checks);
    expect(tokens.claims()?.acr).toBe('0');
    expect(tokens.claims()?.auth_time).toBe(first.claims()?.auth_time);
  });

  it('a stranger is not let through silently', async () => {
    const browser = createBrowserClient();
    const { url } = await beginJourney(world.app, { prompt: 'none' });
    expect(answerOf(await travel(browser, await browser.get(url))).searchParams.get('error')).toBe(
      'login_required',
    );
  });

  it('a wrong password and an unknown name get the same page', async () => {
    const browser = createBrowserClient();
    const { url } = await beginJourney(world.app);
    const page = await travel(browser, await browser.get(url));
    const wrong = await enterPassword(browser, page, 'ada', 'wrong');
    const unknown = await enterPassword(browser, page, 'zoe', 'wrong');
    expect([wrong.status, unknown.status]).toEqual([422, 422]);
    expect(wrong.body).toContain('do not belong together');
    expect(wrong.body).not.toContain('value="wrong"');
    expect(unknown.body.replaceAll('zoe', 'ada')).toBe(wrong.body);
    expect(wrong.setCookies).toEqual([]);
    expect(answerOf(await enterPassword(browser, wrong, 'ada')).searchParams.has('code')).toBe(true);
  });

  it('an attacker who keeps guessing has to wait, and others do not', async () => {
    const own = await startWorld();
    const browser = createBrowserClient();
    const page = await travel(browser, await browser.get((await beginJourney(own.app)).url));
    const guesses = await Promise.all(
      Array.from({ length: 12 }, (_, index) => enterPassword(browser, page, 'ada', `guess ${index}`)),
    );
    const refused = guesses.filter((guess) => guess.status === 429);
    expect(refused).toHaveLength(7);
    expect(Number(refused[0]?.headers['retry-after'])).toBeGreaterThan(0);
    expect((await enterPassword(browser, page, 'ada')).status).toBe(429);
    expect((await enterPassword(browser, page, 'bob')).location).not.toBeNull();
    expect(own.events.map((event) => event.name)).toContain('sign_in_limited');
    expect(JSON.stringify(own.events)).not.toMatch(/guess|correct horse|battery/);
    await own.close();
  });

  it('a person who says no goes back with access_denied', async () => {
    const browser = createBrowserClient();
    const journey = await beginJourney(world.app);
    const page = await travel(browser, await browser.get(journey.url));
    const answer = answerOf(await travel(browser, await browser.post(formAction(page, '/abort'))));
    expect(answer.searchParams.get('error')).toBe('access_denied');
    expect(answer.searchParams.get('state')).toBe(journey.checks.expectedState);
    expect(answer.searchParams.get('iss')).toBe(world.issuer);
  });

  it('another person at the same browser replaces the first, even without JavaScript', async () => {
    const browser = createBrowserClient();
    const first = await logIn(world.app, browser, 'ada');
    const journey = await beginJourney(world.app, { prompt: 'login' });
    const page = await travel(browser, await browser.get(journey.url));
    const answer = answerOf(await enterPassword(browser, page, 'bob'));
    const second = await openid.authorizationCodeGrant(world.app, answer, journey.checks);
    expect(second.claims()?.sub).toBe('bob');
    await expect(openid.fetchUserInfo(world.app, first.access_token, 'ada')).rejects.toThrow();
  });

  it('a person whose account was deleted is asked to sign in and gets no error page', async () => {
    const kept = new Set(['ada', 'bob']);
    const { accounts } = world.options;
    const own = await startWorld({
      accounts: { ...accounts, find: async (id) => (kept.has(id) ? accounts.find(id) : null) },
    });
    const browser = createBrowserClient();
    await logIn(own.app, browser, 'ada');
    kept.delete('ada');
    const page = await travel(browser, await browser.get((await beginJourney(own.app)).url));
    expect(page.status).toBe(200);
    expect(page.body).toContain('name="password"');
    expect(answerOf(await enterPassword(browser, page, 'bob')).searchParams.has('code')).toBe(true);
    await own.close();
  });
});
