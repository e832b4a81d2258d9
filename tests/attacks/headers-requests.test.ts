// WB-06 to WB-08, WB-10, WB-11: requests that lie about where they come from, where they go and what they are.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import type { BrowserClient } from '../support/browser-client.ts';
import { rawRequest, requestText } from '../support/raw-http.ts';

let world: AppWorld;
let ada: BrowserClient;
let cookie = '';
beforeAll(async () => {
  world = await startAppWorld();
});
beforeEach(async () => {
  world.provider.reset();
  ada = world.browser();
  await world.signIn(ada);
  cookie = ada.cookies.header(world.url, 'strict') ?? '';
});
afterAll(() => world[Symbol.asyncDispose]());

const raw = async (lines: readonly string[]) => {
  const exchange = await rawRequest(
    world.port,
    requestText([...lines, `Cookie: ${cookie}`, 'Connection: close']),
  );
  const [answer] = exchange.answers;
  if (answer === undefined) throw new Error(`no answer: ${exchange.text}`);
  return { ...exchange, answer };
};

describe('an attacker who wants a cache to keep a personal page', () => {
  it.each([
    ...[
      '/profile/x.css',
      '/profile;x.css',
      '/profile%2fx.css',
      '/profile%00.css',
      '/profile.css',
      '/profile%3b.js',
    ],
    ...[
      '/api/me/x.css',
      '/api/me;x.css',
      '/api/me%2fx.css',
      '/api/me.js',
      '/protected/x.png',
      '/x.css/../profile.css',
    ],
    ...[
      '/assets/../profile',
      '/assets/..%2fprofile',
      '/assets/%2e%2e/profile',
      '//profile',
      '/profile%23.css',
    ],
  ])('WB-06: gets nothing personal at %s', async (path) => {
    const { answer } = await raw([`GET ${path} HTTP/1.1`, 'Host: localhost', 'Accept: text/html']);
    if (answer.status !== 404 && answer.status !== 400) {
      // `/assets/../profile` is the profile to a server that resolves dots; it must say that it is not to be kept.
      expect(answer.header('cache-control')).toBe('no-store');
      expect([302, 401]).toContain(answer.status);
    }
    expect(answer.body).not.toMatch(/ada@example|Ada Lovelace|user-ada/);
  });
});

describe('an attacker who controls headers about the host', () => {
  const lies = [
    ['WB-07a', 'Host', ['Host: evil.example']],
    ['WB-07b', 'X-Forwarded-Host', ['Host: localhost', 'X-Forwarded-Host: evil.example']],
    ['WB-07b', 'Forwarded', ['Host: localhost', 'Forwarded: host=evil.example;proto=https']],
    [
      'WB-07c',
      'X-Original-URL',
      ['Host: localhost', 'X-Original-URL: /evil.example', 'X-Rewrite-URL: /evil.example'],
    ],
    ['WB-07c', 'X-Forwarded-Uri', ['Host: localhost', 'X-Forwarded-Uri: /evil.example']],
    ['WB-07b', 'X-Forwarded-Proto', ['Host: localhost', 'X-Forwarded-Proto: evil.example']],
    ['WB-07b', 'X-Forwarded-Prefix', ['Host: localhost', 'X-Forwarded-Prefix: /evil.example']],
  ] as const;

  it.each(lies)('%s: cannot bring %s into any page, redirect or cookie', async (_id, _what, headers) => {
    const requests = ['GET /', 'GET /login', 'GET /protected', 'GET /logout', 'GET /missing', 'GET /api/me'];
    for (const request of [...requests, 'GET /auth-callback?code=x&state=y', 'GET /assets/missing.css']) {
      const { text } = await raw([`${request} HTTP/1.1`, ...headers, 'Accept: text/html']);
      expect(text).not.toContain('evil.example');
    }
    const { answer } = await raw([
      'POST /logout HTTP/1.1',
      ...headers,
      'Sec-Fetch-Site: same-origin',
      'Content-Length: 0',
    ]);
    expect(answer.status).toBe(303);
    const target = new URL(answer.header('location') ?? '');
    expect(target.origin).toBe(world.provider.origin);
    expect(target.searchParams.get('post_logout_redirect_uri')).toBe(`${world.url}/logout`);
  });

  it('WB-07c: cannot reach another route by a header', async () => {
    const { answer } = await raw([
      'GET / HTTP/1.1',
      'Host: localhost',
      'X-Original-URL: /profile',
      'Accept: text/html',
    ]);
    expect(answer.status).toBe(200);
    expect(answer.body).not.toContain('Your profile</h1>');
  });
});

describe('signing somebody out from another site', () => {
  const own = () => world.url;
  it.each<[string, string, () => readonly string[]]>([
    ['WB-08a', 'cross-site', () => ['Sec-Fetch-Site: cross-site', `Origin: ${own()}`]],
    ['WB-08b', 'a sibling host', () => ['Sec-Fetch-Site: same-site', `Origin: ${own()}`]],
    ['WB-08c', 'an old browser on a foreign origin', () => ['Origin: https://evil.example']],
    ['WB-08d', 'a client without any proof', () => []],
    ['WB-08e', 'a sandboxed frame', () => ['Origin: null']],
  ])('%s: is refused from %s, and nothing happens', async (_id, _what, headers) => {
    const { answer } = await raw([
      'POST /logout HTTP/1.1',
      'Host: localhost',
      'Content-Length: 0',
      ...headers(),
    ]);
    expect(answer.status).toBe(403);
    expect(answer.header('set-cookie')).toBeNull();
    expect(world.provider.calls('revocation')).toEqual([]);
    expect(await world.whoIs(ada)).toBe('user-ada');
  });

  it.each<[string, () => readonly string[]]>([
    ['our own page', () => ['Sec-Fetch-Site: same-origin', `Origin: ${own()}`]],
    ['our own page in an old browser', () => [`Origin: ${own()}`]],
  ])('WB-08f: is done from %s', async (_what, headers) => {
    const { answer } = await raw([
      'POST /logout HTTP/1.1',
      'Host: localhost',
      'Content-Length: 0',
      ...headers(),
    ]);
    expect(answer.status).toBe(303);
    expect(await world.whoIs(ada)).toBe('401');
  });

  it.each([
    ['WB-10a', 'GET /logout', []],
    ['WB-10b', 'HEAD /logout', []],
    ['WB-10c', 'GET /logout?_method=POST', []],
    [
      'WB-10c',
      'GET /logout',
      ['X-HTTP-Method-Override: POST', 'X-HTTP-Method: POST', 'X-Method-Override: POST'],
    ],
    ['WB-10c', 'POST /profile?_method=DELETE', ['Content-Length: 0']],
    ['WB-10a', 'OPTIONS /logout', []],
  ])('%s: is not done by %s', async (_id, request, headers) => {
    await raw([`${request} HTTP/1.1`, 'Host: localhost', 'Sec-Fetch-Site: same-origin', ...headers]);
    expect(world.provider.calls('revocation')).toEqual([]);
    expect(await world.whoIs(ada)).toBe('user-ada');
  });
});

describe('a script on another origin', () => {
  it.each([
    ['WB-11a', 'https://evil.example'],
    ['WB-11b', 'null'],
    ['WB-11c', 'http://localhost.evil.example'],
    ['WB-11c', 'http://evillocalhost'],
  ])('%s: from %s may read nothing', async (_id, origin) => {
    for (const path of ['/api/me', '/profile', '/', '/healthz', '/missing']) {
      const { answer } = await raw([`GET ${path} HTTP/1.1`, 'Host: localhost', `Origin: ${origin}`]);
      expect(answer.headers.filter(([name]) => /^access-control-/i.test(name))).toEqual([]);
    }
  });

  it('WB-11d: is not told by a preflight that it may send anything', async () => {
    const asked = ['Access-Control-Request-Method: POST', 'Access-Control-Request-Headers: content-type'];
    for (const path of ['/api/me', '/logout']) {
      const { answer } = await raw([
        `OPTIONS ${path} HTTP/1.1`,
        'Host: localhost',
        'Origin: https://evil.example',
        ...asked,
      ]);
      expect(answer.headers.filter(([name]) => /^access-control-/i.test(name))).toEqual([]);
    }
  });
});
