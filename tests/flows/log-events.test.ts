// What an operator finds in the log: one event for each thing that happened, with when, who, where and which request.
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import type { BrowserClient } from '../support/browser-client.ts';
import { logoutToken, postToBackChannel } from '../support/logout-tokens.ts';
import { oauthError } from '../support/scripted-provider/answers.ts';
import { testUser } from '../support/scripted-provider.ts';

type Line = Readonly<Record<string, unknown>>;
let world: AppWorld;
let from = 0;
beforeAll(async () => {
  world = await startAppWorld();
});
afterAll(() => world[Symbol.asyncDispose]());
/** The line of a request is written when its connection has been served, a moment after the answer arrives. */
const settled = async (): Promise<void> => {
  for (let count = -1; count !== world.logLines().length; await wait(20)) count = world.logLines().length;
};
beforeEach(async () => {
  world.provider.reset();
  await settled();
  from = world.logLines().length;
});

const lines = (): readonly Line[] => world.logLines().slice(from);
const named = (name: string): readonly Line[] => lines().filter(({ msg }) => msg === name);
const signedIn = async (): Promise<BrowserClient> => {
  const browser = world.browser();
  await world.signIn(browser);
  await settled();
  from = world.logLines().length;
  return browser;
};

/** Time in UTC, level, where it came from, and the line of the request it belongs to. */
const expectContext = (line: Line | undefined, level: string): void => {
  expect(line).toMatchObject({ level, ip: '127.0.0.1', requestId: expect.stringMatching(/^[\w-]{8,}$/) });
  expect(line?.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(named('request').map(({ requestId }) => requestId)).toContain(line?.requestId);
};

describe('the log', () => {
  it('LG-01a: has one event for a login that went well, with issuer and subject', async () => {
    await world.signIn(world.browser());
    await settled();
    expect(named('login_succeeded')).toMatchObject([{ issuer: world.provider.issuer, subject: 'user-ada' }]);
    expect(named('login_started')).toHaveLength(1);
    expect(named('login_failed')).toEqual([]);
    expectContext(named('login_succeeded')[0], 'info');
  });

  it.each([
    [
      'a wrong nonce',
      'id_token_invalid',
      () => {
        world.provider.bend.idTokenClaims = (claims) => void Object.assign(claims, { nonce: 'x' });
      },
    ],
    [
      'a refusal',
      'provider_refused',
      () => {
        world.provider.user = null;
      },
    ],
    [
      'other userinfo',
      'userinfo_invalid',
      () => {
        world.provider.bend.userinfo = (claims) => void Object.assign(claims, { sub: 'x' });
      },
    ],
  ])('LG-01b: has one event for a login that failed by %s, with the reason', async (_what, code, bend) => {
    bend();
    await world.signIn(world.browser());
    await settled();
    expect(named('login_failed')).toMatchObject([{ code, detail: expect.any(String) }]);
    expect(named('login_succeeded')).toEqual([]);
    expectContext(named('login_failed')[0], 'warn');
  });

  it('LG-01b: has one event for a callback that nobody asked for', async () => {
    await world.browser().get(`${world.url}/auth-callback?code=x&state=y`);
    await settled();
    expect(named('login_failed')).toMatchObject([{ code: 'callback_malformed' }]);
  });

  it('LG-01c: has one event for a logout, with the subject', async () => {
    const browser = await signedIn();
    await browser.post(`${world.url}/logout`);
    await settled();
    expect(named('logout')).toMatchObject([{ subject: 'user-ada', atProvider: true }]);
    expect(named('session_ended')).toMatchObject([{ subject: 'user-ada', reason: 'logout' }]);
    expectContext(named('logout')[0], 'info');
  });

  it('LG-01f: has one event for a page that somebody may not see, with who, where and why', async () => {
    world.provider.user = { ...testUser, permissions: [] };
    const browser = await signedIn();
    await browser.get(`${world.url}/protected/permission?private=1`);
    await settled();
    expect(named('access_refused')).toMatchObject([
      { subject: 'user-ada', code: 'insufficient_permissions', path: '/protected/permission' },
    ]);
    expectContext(named('access_refused')[0], 'warn');
    expect(JSON.stringify(lines())).not.toContain('private=1');
  });

  it.each([
    ['a bearer header', { authorization: 'Bearer x' }],
    ['a tampered cookie', { cookie: 'latchkey.sid=s%3Aa.b; latchkey.token=x' }],
  ])('LG-01g: has one event for %s that is not accepted', async (_what, headers) => {
    await world.browser().fetchJson(`${world.url}/api/me`, { headers });
    await settled();
    expect(named('access_refused')).toMatchObject([
      { code: 'unauthenticated', subject: null, path: '/api/me' },
    ]);
    expectContext(named('access_refused')[0], 'warn');
  });

  it('LG-01d: has one event for a logout that the provider sends, and one for a message that it never sent', async () => {
    await signedIn();
    await postToBackChannel(world, `logout_token=${await logoutToken(world.provider)}`);
    await postToBackChannel(world, 'logout_token=x');
    await settled();
    const ended = named('session_ended');
    expect(ended[0]).toMatchObject({ subject: 'user-ada', reason: 'back_channel' });
    expectContext(ended[0], 'info');
    expect(named('back_channel_refused')).toMatchObject([{ code: 'logout_token_invalid' }]);
    expectContext(named('back_channel_refused')[0], 'warn');
    // Logout tokens count whole seconds: a login in the same one would be ended with the others.
    world.advance(2);
  });

  it('LG-01e: has one event for a refresh that the provider refused, with who and why', async () => {
    const browser = await signedIn();
    world.advance(3575);
    world.provider.bend.raw.token = oauthError('invalid_grant');
    await browser.get(`${world.url}/protected`);
    await settled();
    expect(named('refresh_failed')).toMatchObject([{ subject: 'user-ada', code: 'refused' }]);
    expectContext(named('refresh_failed')[0], 'warn');
  });

  it('LG-01g: has one event for a sign-out that another site tried', async () => {
    const browser = await signedIn();
    await browser.post(`${world.url}/logout`, {}, { from: 'https://evil.example/' });
    await settled();
    expect(named('access_refused')).toMatchObject([{ code: 'cross_site_request', path: '/logout' }]);
    expectContext(named('access_refused')[0], 'warn');
  });

  it('has one event when somebody else signs in at the same browser', async () => {
    const browser = await signedIn();
    world.provider.user = { ...testUser, sub: 'user-grace' };
    await browser.followAll(await browser.get(`${world.url}/login`));
    await settled();
    expect(named('session_ended')).toMatchObject([{ subject: 'user-ada', reason: 'other_user' }]);
    expect(named('login_succeeded')).toMatchObject([{ subject: 'user-grace' }]);
  });

  it('does not make an event of a visitor who is sent to log in', async () => {
    await world.browser().get(`${world.url}/protected`);
    await settled();
    expect(named('access_refused')).toEqual([]);
  });

  it('has one line per request, and shows people its id as their reference', async () => {
    const page = await world
      .browser()
      .get(`${world.url}/missing?a=1`, { headers: { 'x-request-id': 'forged' } });
    await settled();
    const [line, ...more] = named('request');
    expect(more).toEqual([]);
    expect(line).toMatchObject({ method: 'GET', path: '/missing', status: 404, ms: expect.any(Number) });
    expectContext(line, 'info');
    expect(page.body).toContain(String(line?.requestId));
    expect(line?.requestId).not.toBe('forged');
  });

  it('names the person on the line of a request behind a guard, and nobody on others', async () => {
    const browser = await signedIn();
    await browser.get(`${world.url}/protected`);
    await world.browser().get(`${world.url}/`);
    await settled();
    expect(named('request').map(({ subject }) => subject)).toEqual(['user-ada', undefined]);
  });
});
