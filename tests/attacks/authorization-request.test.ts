// What goes to the provider when a login begins: everything it must hold, and nothing that a visitor put there.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { authorizationRequest, openLogin, untilCallback } from '../support/login-steps.ts';
import { testClient } from '../support/scripted-provider.ts';

let world: AppWorld;
beforeAll(async () => {
  world = await startAppWorld();
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.provider.reset());

const bitsOf = (base64url: string | null): number => Buffer.from(base64url ?? '', 'base64url').length * 8;

it('AZ-01: sends a visitor to the provider with a complete code request, and nobody may store the redirect', async () => {
  const visit = await openLogin(world, world.browser());
  expect(visit.status).toBe(302);
  expect(visit.headers['cache-control']).toContain('no-store');
  const target = new URL(visit.location ?? '');
  expect(target.origin + target.pathname).toBe(`${world.provider.issuer}/authorize`);
  const request = authorizationRequest(visit);
  expect(Object.fromEntries(request)).toMatchObject({
    response_type: 'code',
    client_id: testClient.clientId,
    redirect_uri: `${world.url}/auth-callback`,
    code_challenge_method: 'S256',
  });
  expect(request.get('scope')?.split(' ')).toContain('openid');
  expect(request.get('code_challenge')).toMatch(/^[\w-]{43}$/);
  expect(request.get('state')).not.toBeNull();
  expect(request.get('nonce')).not.toBeNull();
  expect([...request.keys()]).toHaveLength(new Set(request.keys()).size);
});

it('AZ-02a: uses another state, nonce and challenge for each login, each of 128 random bits or more', async () => {
  const browser = world.browser();
  const requests = [];
  for (let login = 0; login < 5; login += 1)
    requests.push(authorizationRequest(await openLogin(world, browser)));
  for (const name of ['state', 'nonce', 'code_challenge']) {
    const values = requests.map((request) => request.get(name));
    expect(new Set(values).size).toBe(5);
    for (const value of values) expect(bitsOf(value)).toBeGreaterThanOrEqual(128);
  }
});

it('AZ-02b: proves with the code verifier that it began the login', async () => {
  const browser = world.browser();
  await world.signIn(browser);
  const [authorize] = world.provider.calls('authorize');
  const [token] = world.provider.calls('token');
  const verifier = token?.form.get('code_verifier') ?? '';
  expect(verifier).toMatch(/^[\w.~-]{43,128}$/);
  const digest = createHash('sha256').update(verifier).digest('base64url');
  expect(digest).toBe(authorize?.query.get('code_challenge'));
  // The verifier itself must never be seen by the browser.
  expect(authorize?.query.toString()).not.toContain(verifier);
});

it.each([
  ['says nothing about PKCE', undefined],
  ['lists only plain', ['plain']],
])('AZ-03: uses S256 with state and nonce where the provider %s', async (_title, methods) => {
  world.provider.bend.discovery = (metadata) => {
    metadata.code_challenge_methods_supported = methods;
  };
  await using fresh = await startAppWorld({ provider: world.provider });
  const request = authorizationRequest(await openLogin(fresh, fresh.browser()));
  expect(request.get('code_challenge_method')).toBe('S256');
  expect(request.get('code_challenge')).toMatch(/^[\w-]{43}$/);
  expect(request.has('state') && request.has('nonce')).toBe(true);
});

const smuggled = {
  scope: 'openid admin',
  client_id: 'attacker',
  redirect_uri: 'https://evil.example/callback',
  request: 'eyJhbGciOiJub25lIn0.e30.',
  request_uri: 'https://evil.example/request',
  response_type: 'token',
  response_mode: 'fragment',
  state: 'chosen-by-the-attacker',
  nonce: 'chosen-by-the-attacker',
  code_challenge: 'chosen-by-the-attacker',
  code_challenge_method: 'plain',
  acr_values: 'weak',
  max_age: '99999999',
  claims: '{"userinfo":null}',
  resource: 'https://evil.example/api',
  registration: '{}',
  id_token_hint: 'e30.e30.e30',
};

it.each(Object.entries(smuggled))(
  'AZ-04a: does not pass on %s from the login address',
  async (name, value) => {
    const query = new URLSearchParams({ return_to: '/protected', [name]: value });
    const browser = world.browser();
    const usual = authorizationRequest(await openLogin(world, browser, '/login'));
    const request = authorizationRequest(await openLogin(world, browser, `/login?${query}`));
    expect(request.getAll(name)).not.toContain(value);
    expect([...request.keys()].sort()).toEqual([...usual.keys()].sort());
  },
);

it.each([
  ['a repeated value', 'prompt=none&prompt=login'],
  ['an unknown prompt', 'prompt=create'],
  ['a line break in the hint', 'login_hint=a%0d%0aSet-Cookie:x'],
  ['a hint of 10 KB', `login_hint=${'x'.repeat(10_000)}`],
  ['markup for a language', 'ui_locales=%3Cscript%3E'],
  ['a nested parameter', 'prompt[x]=login&login_hint[]=a'],
])('AZ-04a: drops %s among the parameters that a visitor may choose', async (_title, query) => {
  const request = authorizationRequest(await openLogin(world, world.browser(), `/login?${query}`));
  for (const name of ['prompt', 'login_hint', 'ui_locales']) expect(request.has(name)).toBe(false);
});

it('AZ-04a: passes on the three parameters that a visitor may choose', async () => {
  const query = 'prompt=login+consent&login_hint=ada%40example.test&ui_locales=de+en';
  const request = authorizationRequest(await openLogin(world, world.browser(), `/login?${query}`));
  expect(request.get('prompt')).toBe('login consent');
  expect(request.get('login_hint')).toBe('ada@example.test');
  expect(request.get('ui_locales')).toBe('de en');
});

it.each([
  ['no trusted proxy', null],
  ['a trusted proxy', 1],
])(
  'AZ-04b: takes the redirect URI from the configuration, whatever the headers say, with %s',
  async (_t, trustProxy) => {
    await using behind = await startAppWorld({ provider: world.provider, trustProxy });
    const lies = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '666',
      forwarded: 'host=evil.example;proto=https',
      'x-original-url': 'https://evil.example/',
    };
    const visit = await behind.browser().get(`${behind.url}/protected`, { headers: lies });
    expect(authorizationRequest(visit).get('redirect_uri')).toBe(`${behind.url}/auth-callback`);
    expect(JSON.stringify(visit.headers)).not.toContain('evil.example');
  },
);

it('AZ-04b: sends the configured redirect URI with the code too, whatever host the callback came to', async () => {
  const browser = world.browser();
  const callback = await untilCallback(world, browser);
  const lies = { host: 'evil.example', 'x-forwarded-host': 'evil.example' };
  const visit = await browser.get(callback.href, { headers: lies });
  expect(visit.status).toBe(303);
  expect(visit.headers.location).toBe('/protected');
  const [token] = world.provider.calls('token');
  expect(token?.form.get('redirect_uri')).toBe(`${world.url}/auth-callback`);
});
