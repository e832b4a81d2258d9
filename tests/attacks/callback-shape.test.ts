// Tokens and codes by another way than the query of a GET, and what a finished callback leaves in the browser.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { arrive, sessionCookiesSet, untilCallback, withParameters } from '../support/login-steps.ts';
import { rawRequest, requestText } from '../support/raw-http.ts';

let world: AppWorld;
beforeAll(async () => {
  world = await startAppWorld();
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.provider.reset());

const bodies = {
  'a form': ['application/x-www-form-urlencoded', (url: URL) => url.searchParams.toString()],
  JSON: ['application/json', (url: URL) => JSON.stringify(Object.fromEntries(url.searchParams))],
  multipart: [
    'multipart/form-data; boundary=x',
    (url: URL) =>
      `${[...url.searchParams]
        .map(([name, value]) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
        .join('')}--x--\r\n`,
  ],
} as const;

it.each(Object.entries(bodies))(
  'AZ-15a: a callback posted as %s from another site is refused and its code is not sent on',
  async (_title, [type, bodyOf]) => {
    const browser = world.browser();
    const callback = await untilCallback(world, browser);
    const body = bodyOf(callback);
    const exchange = await rawRequest(
      world.port,
      requestText(
        [
          'POST /auth-callback HTTP/1.1',
          `Host: localhost:${world.port}`,
          `Content-Type: ${type}`,
          `Content-Length: ${Buffer.byteLength(body)}`,
          `Cookie: ${browser.cookies.header(world.url, 'strict')}`,
          `Origin: ${world.provider.origin}`,
          'Sec-Fetch-Mode: navigate',
          'Connection: close',
        ],
        body,
      ),
    );
    expect(exchange.answers[0]?.status).toBe(405);
    expect(exchange.answers[0]?.header('allow')).toBe('GET');
    expect(exchange.text).not.toContain('latchkey.sid');
    expect(world.provider.calls('token')).toEqual([]);
    // Nothing is used up: the honest answer still ends the login.
    await browser.followAll(await arrive(world, browser, callback));
    expect(await world.whoIs(browser)).toBe('user-ada');
  },
);

it.each(['HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
  'AZ-15b: %s of the callback does not send the code on',
  async (method) => {
    const browser = world.browser();
    const callback = await untilCallback(world, browser);
    const visit = await browser.fetchJson(callback.href, { method, from: null });
    expect([204, 405]).toContain(visit.status);
    expect(visit.setCookies).toEqual([]);
    expect(world.provider.calls('token')).toEqual([]);
  },
);

it.each(['HEAD', 'POST'])('AZ-15b: %s of the login address starts no login', async (method) => {
  const visit = await world.browser().fetchJson(`${world.url}/login`, { method, from: null });
  expect(visit.status).toBe(405);
  expect(visit.setCookies).toEqual([]);
});

const forged = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1c2VyLW1hbGxvcnkifQ.';

it.each([
  ['an access token', { access_token: 'planted', token_type: 'Bearer' }],
  ['an ID token', { id_token: forged }],
  ['all tokens of an implicit answer', { access_token: 'planted', id_token: forged, token_type: 'Bearer' }],
])('AZ-15c: %s in the query instead of a code signs nobody in', async (_title, tokens) => {
  const browser = world.browser();
  const callback = await untilCallback(world, browser);
  const visit = await arrive(world, browser, withParameters(callback, { code: null, ...tokens }));
  expect(visit.status).toBe(400);
  expect(sessionCookiesSet(visit)).toEqual([]);
  expect(world.provider.calls('token')).toEqual([]);
  expect(await world.whoIs(browser)).toBe('401');
});

it.each([
  ['an access token', { access_token: 'planted' }],
  ['an ID token', { id_token: forged }],
  ['a token', { token: 'planted' }],
  ['a JWT response', { response: forged }],
])('AZ-15c: %s beside the code is never used', async (_title, tokens) => {
  const browser = world.browser();
  const callback = await untilCallback(world, browser);
  const visit = await arrive(world, browser, withParameters(callback, tokens));
  expect([303, 400, 502]).toContain(visit.status);
  // Either the answer is refused as a whole, or the planted token is ignored and the code alone decides.
  expect(await world.whoIs(browser)).toBe(visit.status === 303 ? 'user-ada' : '401');
  expect(world.provider.calls('userinfo').map(({ headers }) => headers.authorization)).not.toContain(
    'Bearer planted',
  );
});

it('AZ-15c: a code behind the fragment sign reaches nobody', async () => {
  const browser = world.browser();
  const callback = await untilCallback(world, browser);
  const visit = await arrive(
    world,
    browser,
    `${callback.origin}${callback.pathname}#${callback.searchParams}`,
  );
  expect(visit.status).toBe(400);
  expect(world.provider.calls('token')).toEqual([]);
});

it('AZ-17a: the page after a login has no code or state in its address and tells other sites nothing', async () => {
  const browser = world.browser();
  const callback = await untilCallback(world, browser, '/protected?month=may');
  const done = await arrive(world, browser, callback);
  expect(done.status).toBe(303);
  expect(done.headers.location).toBe('/protected?month=may');
  expect(done.headers['cache-control']).toContain('no-store');
  expect(done.body).not.toContain(callback.searchParams.get('code'));
  const page = await browser.followAll(done);
  for (const visit of [done, page]) {
    expect(visit.headers['referrer-policy']).toMatch(/^(?:no-referrer|same-origin)$/);
    expect(visit.headers['content-security-policy']).toContain("default-src 'none'");
  }
  // Nothing of a third party could see the address anyway.
  expect(page.body).not.toMatch(/(?:src|href)="https?:\/\/(?!localhost)/);
});

it('AZ-17a: the page of a failed callback tells other sites nothing either', async () => {
  const browser = world.browser();
  const callback = await untilCallback(world, browser);
  const visit = await arrive(world, browser, withParameters(callback, { iss: 'https://evil.example' }));
  expect(visit.headers['referrer-policy']).toMatch(/^(?:no-referrer|same-origin)$/);
  expect(visit.body).not.toContain(callback.searchParams.get('code'));
  expect(visit.body).not.toContain(callback.searchParams.get('state'));
  expect(visit.body).not.toMatch(/(?:src|href)="https?:\/\/(?!localhost)/);
});

it('AZ-17b: parameters that the protocol does not know are ignored', async () => {
  const browser = world.browser();
  const callback = await untilCallback(world, browser);
  const more = {
    session_state: 'abc.def',
    foo: 'bar',
    __proto__x: '1',
    scope: 'openid admin',
    expires_in: '1',
  };
  await browser.followAll(await arrive(world, browser, withParameters(callback, more)));
  const me = await browser.fetchJson(`${world.url}/api/me`);
  expect(me.status).toBe(200);
  expect(me.json<{ scope: string[] }>().scope).not.toContain('admin');
});
