// When silent sign-in is not tried: nobody opened a page, somebody was here already, or it could not end well.
import type { Request, Response } from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startLibraryWorld } from '../support/app-world.ts';
import type { BrowserClient, Visit } from '../support/browser-client.ts';
import { authorizationRequest, untilCallback } from '../support/login-steps.ts';
import { rawRequest, requestText } from '../support/raw-http.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let redis: TestRedis;
let world: AppWorld;
const show = (req: Request, res: Response) => void res.type('text').send(req.auth?.subject ?? 'nobody');
beforeAll(async () => {
  redis = await startRedis();
  world = await startLibraryWorld(
    (app, auth) => {
      app.get('/any', auth.currentUser(), show);
      app.all('/', auth.currentUser({ optional: true, silent: true }), show);
      app.get('/light', auth.authenticated({ optional: true, silent: true }), show);
      app.get('/strong', auth.currentUser({ optional: true, silent: true, acr: 'gold' }), show);
      app.get('/off', auth.currentUser({ optional: true, silent: false }), show);
      app.get('/api/page', auth.currentUser({ optional: true, silent: true }), show);
      app.get(/^\/\//, auth.currentUser({ optional: true, silent: true }), show);
    },
    { redis },
  );
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await redis.stop();
});
beforeEach(async () => {
  world.provider.reset();
  await redis.flush();
});

const expectServed = (visit: Visit, body = 'nobody'): void => {
  expect([visit.status, visit.location, visit.body]).toEqual([200, null, body]);
  expect(visit.setCookies.filter((line) => /latchkey\.(?:tx|silent)/.test(line))).toEqual([]);
  expect(visit.headers['cache-control']).toBe('no-store');
};

describe('nobody opens a page', () => {
  const at = (browser: BrowserClient) => `${world.url}/?${browser.cookies.names().length}`;
  it.each<[string, (browser: BrowserClient) => Promise<Visit>]>([
    ['a fetch', (browser) => browser.fetchJson(at(browser))],
    ['a script that asks for HTML', (b) => b.fetchJson(at(b), { headers: { accept: 'text/html' } })],
    ['an XHR', (b) => b.fetchJson(at(b), { headers: { 'x-requested-with': 'XMLHttpRequest' } })],
    ['an image', (browser) => browser.embed(at(browser), 'image')],
    ['a frame', (browser) => browser.embed(at(browser), 'iframe')],
    ['a prefetch', (browser) => browser.get(at(browser), { headers: { 'sec-purpose': 'prefetch' } })],
    ['a prerender', (b) => b.get(at(b), { headers: { 'sec-purpose': 'prefetch;prerender' } })],
    ['a client without fetch metadata', (browser) => browser.get(at(browser), { secFetch: false })],
    ['a form', (browser) => browser.post(at(browser))],
    ['a HEAD', async (b) => ({ ...(await b.fetchJson(at(b), { method: 'HEAD' })), body: 'nobody' })],
  ])('%s is answered by the page', async (_title, send) => {
    expectServed(await send(world.browser()));
  });

  it('a navigation with a bad Authorization header is 401 as ever', async () => {
    const headers = { authorization: 'Bearer nothing' };
    const visit = await world.browser().get(`${world.url}/`, { headers });
    expect([visit.status, visit.location]).toEqual([401, null]);
  });
});

describe('somebody was here already', () => {
  it('and is signed in', async () => {
    const browser = world.browser();
    await world.signIn(browser, '/any');
    expectServed(await browser.get(`${world.url}/`), 'user-ada');
  });

  it('and is just signing in in another tab', async () => {
    const browser = world.browser();
    await untilCallback(world, browser, '/any');
    expectServed(await browser.get(`${world.url}/`));
  });

  it('and has signed out', async () => {
    const browser = world.browser();
    await world.signIn(browser, '/any');
    const left = await browser.post(`${world.url}/logout`);
    expect(left.setCookies).toContainEqual('latchkey.silent=tried; Path=/; HttpOnly; SameSite=Lax');
    expectServed(await browser.get(`${world.url}/`));
  });

  it('and their session was ended from elsewhere, or by time', async () => {
    const browser = world.browser();
    await world.signIn(browser, '/any');
    await redis.flush();
    expectServed(await browser.get(`${world.url}/`));
  });

  it('and their session cannot be read at the moment', async () => {
    const browser = world.browser();
    await world.signIn(browser, '/any');
    await redis.pause();
    try {
      expectServed(await browser.get(`${world.url}/`));
    } finally {
      await redis.resume();
    }
  });
});

describe('it could not end well', () => {
  it('on pages that nobody is returned to', async () => {
    expectServed(await world.browser().get(`${world.url}/api/page`));
    const head = ['GET //evil.example/ HTTP/1.1', `Host: localhost:${world.port}`, 'Accept: text/html'];
    const navigation = ['Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document', 'Connection: close'];
    const { answers } = await rawRequest(world.port, requestText([...head, ...navigation]));
    expect(answers.map(({ status }) => status)).toEqual([200]);
  });

  it('where it is switched off', async () => {
    expectServed(await world.browser().get(`${world.url}/off`));
  });
});

describe('what a guard says about it', () => {
  it('it works for the credential alone too', async () => {
    expect((await world.signIn(world.browser(), '/light')).body).toBe('user-ada');
  });

  it('it asks for what the page asks for, so an open page never becomes a login', async () => {
    const browser = world.browser();
    const first = await browser.get(`${world.url}/strong`);
    expect(authorizationRequest(first).get('acr_values')).toBe('gold');
    // The provider signs the person in, only not that strongly.
    world.provider.bend.idTokenClaims = (claims) => void Object.assign(claims, { acr: 'bronze' });
    const page = await browser.followAll(first);
    expect([page.status, page.url, page.body]).toEqual([200, `${world.url}/strong`, 'nobody']);
    expect(await world.whoIs(browser)).toBe('401');
  });

  it('it is refused on a guard that is not optional', () => {
    const wrong: object = { silent: true };
    expect(() => world.auth.currentUser(wrong)).toThrow(/silent: is for optional guards/);
    expect(() => world.auth.authenticated(wrong)).toThrow(/optional: true/);
  });
});
