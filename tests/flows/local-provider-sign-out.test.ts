import { createServer } from 'node:http';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBrowserClient } from '../support/browser-client.ts';
import { freePort } from '../support/free-port.ts';
import {
  answerOf,
  beginJourney,
  formAction,
  logIn,
  signedOutPage,
  startWorld,
  travel,
  type World,
} from '../support/local-provider-world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.close();
});

const endSession = (given: Record<string, string>): string =>
  openid.buildEndSessionUrl(world.app, given).href;
const hiddenFields = (body: string): Record<string, string> =>
  Object.fromEntries(
    [...body.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([input]) => [
      /name="([^"]*)"/.exec(input)?.[1] ?? '',
      /value="([^"]*)"/.exec(input)?.[1] ?? '',
    ]),
  );

describe('signing out', () => {
  it('a client proves whom it signs out, and the person comes back without a question', async () => {
    const browser = createBrowserClient();
    const tokens = await logIn(world.app, browser, 'ada');
    const url = endSession({
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: signedOutPage,
      state: 'xyz',
    });
    const visit = await travel(browser, await browser.get(url));
    expect(visit.location).toBe(`${signedOutPage}?state=xyz`);
    expect(browser.cookies.value(world.issuer, 'lk_op_session')).toBeNull();
    await expect(openid.fetchUserInfo(world.app, tokens.access_token, 'ada')).rejects.toThrow();
    await expect(openid.refreshTokenGrant(world.app, tokens.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    const { url: silent } = await beginJourney(world.app, { prompt: 'none' });
    expect(answerOf(await travel(browser, await browser.get(silent))).searchParams.get('error')).toBe(
      'login_required',
    );
  });

  it('a person is asked first when the client proves nothing, and may stay', async () => {
    const browser = createBrowserClient();
    await logIn(world.app, browser, 'ada');
    const page = await travel(
      browser,
      await browser.get(endSession({ post_logout_redirect_uri: signedOutPage })),
    );
    expect(page.status).toBe(200);
    const { logout: _logout, ...stay } = hiddenFields(page.body);
    expect((await browser.post(formAction(page, '/confirm'), stay)).location).toBe(signedOutPage);
    const { url } = await beginJourney(world.app, { prompt: 'none' });
    expect(answerOf(await travel(browser, await browser.get(url))).searchParams.has('code')).toBe(true);
  });

  it('a person who agrees is signed out', async () => {
    const browser = createBrowserClient();
    await logIn(world.app, browser, 'ada');
    const page = await travel(browser, await browser.get(`${world.issuer}/session/end`));
    const done = await travel(
      browser,
      await browser.post(formAction(page, '/confirm'), hiddenFields(page.body)),
    );
    expect(done.status).toBe(200);
    expect(done.body).toContain('You are signed out');
    expect(browser.cookies.value(world.issuer, 'lk_op_session')).toBeNull();
  });

  it('a person whom another’s ID token would sign out is asked first', async () => {
    const browser = createBrowserClient();
    await logIn(world.app, browser, 'ada');
    const bobs = await logIn(world.app, createBrowserClient(), 'bob');
    const page = await travel(browser, await browser.get(endSession({ id_token_hint: bobs.id_token ?? '' })));
    expect(page.status).toBe(200);
    expect(page.body).toContain('Sign out');
    expect(browser.cookies.value(world.issuer, 'lk_op_session')).not.toBeNull();
  });

  it('a person who is not signed in is sent straight back', async () => {
    const browser = createBrowserClient();
    const url = endSession({ post_logout_redirect_uri: signedOutPage, state: 's' });
    expect((await travel(browser, await browser.get(url))).location).toBe(`${signedOutPage}?state=s`);
    expect(browser.cookies.names(world.issuer)).toEqual([]);
  });

  it('an attacker cannot have a person sent to an address that is not registered', async () => {
    const browser = createBrowserClient();
    const visit = await browser.get(endSession({ post_logout_redirect_uri: 'https://evil.example/' }));
    expect([visit.status, visit.location]).toEqual([400, null]);
  });

  it('an attacker’s form cannot sign a person out', async () => {
    const browser = createBrowserClient();
    await logIn(world.app, browser, 'ada');
    const sent = await browser.post(
      `${world.issuer}/session/end/confirm`,
      { logout: 'yes', xsrf: 'x' },
      { from: 'https://evil.example/' },
    );
    expect(sent.status).toBe(400);
    expect(browser.cookies.value(world.issuer, 'lk_op_session')).not.toBeNull();
  });

  it('a client that was not there when a person signed out is told by a logout token', async () => {
    const received: string[] = [];
    const listener = createServer(async (req, res) => {
      for await (const chunk of req) received.push(String(chunk));
      res.end();
    });
    const port = await freePort();
    await new Promise<void>((resolve) => listener.listen(port, '127.0.0.1', resolve));
    const clients = world.options.clients.map((client) => ({
      ...client,
      backchannelLogoutUri: `http://127.0.0.1:${port}/`,
    }));
    const own = await startWorld({ clients });
    const browser = createBrowserClient();
    const tokens = await logIn(own.app, browser, 'ada');
    await travel(
      browser,
      await browser.get(openid.buildEndSessionUrl(own.app, { id_token_hint: tokens.id_token ?? '' }).href),
    );

    expect(received).toHaveLength(1);
    const logoutToken = new URLSearchParams(received[0]).get('logout_token') ?? '';
    const checks = { issuer: own.issuer, audience: 'app', typ: 'logout+jwt', algorithms: ['RS256'] };
    const { payload } = await jwtVerify(
      logoutToken,
      createRemoteJWKSet(new URL(`${own.issuer}/jwks`)),
      checks,
    );
    expect(payload).toMatchObject({ sub: 'ada', sid: tokens.claims()?.sid });
    expect(payload.sid).toBeTypeOf('string');
    expect(payload.events).toHaveProperty(['http://schemas.openid.net/event/backchannel-logout']);
    expect(own.events.map(({ name }) => name)).toContain('backchannel_logout_sent');

    listener.close();
    listener.closeAllConnections();
    const second = createBrowserClient();
    const other = await logIn(own.app, second, 'bob');
    const url = openid.buildEndSessionUrl(own.app, {
      id_token_hint: other.id_token ?? '',
      post_logout_redirect_uri: signedOutPage,
    });
    expect((await travel(second, await second.get(url.href))).location).toBe(signedOutPage);
    expect(own.events.map(({ name }) => name)).toContain('backchannel_logout_failed');
    await own.close();
  });
});
