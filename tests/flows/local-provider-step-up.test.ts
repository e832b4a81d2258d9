// Asking a person for the password again at the local provider, and for consent.
import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBrowserClient } from '../support/browser-client.ts';
import {
  answerOf,
  beginJourney,
  enterPassword,
  formAction,
  logIn,
  signIn,
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

describe('asking for the password again', () => {
  const asksAgain = async (given: Record<string, string>) => {
    const browser = createBrowserClient();
    const first = await logIn(world.app, browser, 'ada');
    await new Promise((resolve) => setTimeout(resolve, 2100));
    const journey = await beginJourney(world.app, given);
    const page = await travel(browser, await browser.get(journey.url));
    expect(page.body).toContain('name="password"');
    const answer = answerOf(await enterPassword(browser, page, 'ada'));
    const second = await openid.authorizationCodeGrant(world.app, answer, journey.checks);
    expect(second.claims()?.auth_time).toBeGreaterThan(Number(first.claims()?.auth_time));
    expect(second.claims()?.acr).toBe('1');
  };

  it('a client asks for acr 1 and the person enters the password again', () =>
    asksAgain({ acr_values: '1' }));
  it('a client asks for a recent sign-in and the person enters the password again', () =>
    asksAgain({ max_age: '1' }));
  it('a client asks for a new sign-in and the person enters the password again', () =>
    asksAgain({ prompt: 'login' }));

  it('a client that takes acr 1 or 0 does not bother a person who is signed in', async () => {
    const browser = createBrowserClient();
    await logIn(world.app, browser, 'ada');
    const { url } = await beginJourney(world.app, { acr_values: '1 0' });
    expect(answerOf(await travel(browser, await browser.get(url))).searchParams.has('code')).toBe(true);
  });

  it('a client that asks for acr 1 silently is told that a sign-in is needed', async () => {
    const browser = createBrowserClient();
    await logIn(world.app, browser, 'ada');
    const { url } = await beginJourney(world.app, { acr_values: '1', prompt: 'none' });
    expect(answerOf(await travel(browser, await browser.get(url))).searchParams.get('error')).toBe(
      'login_required',
    );
  });
});

describe('consent', () => {
  it('a person is asked for consent when a first-party client asks for it, and may refuse', async () => {
    const browser = createBrowserClient();
    const given = { prompt: 'consent', scope: 'openid email reports offline_access' };
    const journey = await beginJourney(world.app, given);
    const page = await signIn(browser, journey, 'ada');
    expect(page.status).toBe(200);
    for (const words of ['Ada Lovelace', 'reports', 'email address', 'while you are away'])
      expect(page.body).toContain(words);
    const no = answerOf(await travel(browser, await browser.post(formAction(page, '/abort'))));
    expect(no.searchParams.get('error')).toBe('access_denied');
  });

  it('a person who consents later than signing in keeps the time of the sign-in', async () => {
    const browser = createBrowserClient();
    const journey = await beginJourney(world.partner, { scope: 'openid reports' });
    const page = await signIn(browser, journey, 'ada');
    const signedInAt = Math.floor(Date.now() / 1000);
    await new Promise((resolve) => setTimeout(resolve, 2100));
    const answer = answerOf(await travel(browser, await browser.post(formAction(page, '/consent'))));
    const tokens = await openid.authorizationCodeGrant(world.partner, answer, journey.checks);
    expect(tokens.claims()?.auth_time).toBeLessThanOrEqual(signedInAt);
    expect(tokens.claims()?.acr).toBe('1');
    expect(tokens.scope).toBe('openid reports');

    const again = await beginJourney(world.partner, { scope: 'openid reports' });
    expect(answerOf(await travel(browser, await browser.get(again.url))).searchParams.has('code')).toBe(true);
    const more = await beginJourney(world.partner, { scope: 'openid reports email' });
    expect((await travel(browser, await browser.get(more.url))).body).toContain('email address');
  });
});
