// How this client proves itself at the token endpoint, each way as its specification says, and what a call carries.
import { generateKeyPairSync } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, exportPKCS8 } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorldOptions, startAppWorld } from '../support/app-world.ts';
import { oauthError } from '../support/scripted-provider/answers.ts';
import { createSigningKey, type SigningKey } from '../support/scripted-provider/keys.ts';
import type { LoggedCall, TestClient } from '../support/scripted-provider/types.ts';
import { type ScriptedProvider, startScriptedProvider, testClient } from '../support/scripted-provider.ts';
import { attemptSignIn, expectRefused, expectSignedIn } from '../support/sign-in-attempt.ts';

const redirectUri = 'http://app.localhost/auth-callback';
const odd: TestClient = {
  clientId: 'client:with %+ é/ü',
  clientSecret: `~!*'() :%+ é & = "quoted"`,
  authMethod: 'client_secret_basic',
};
const post: TestClient = { ...testClient, clientId: 'by-post', authMethod: 'client_secret_post' };
const open: TestClient = { clientId: 'public', authMethod: 'none' };

let provider: ScriptedProvider;
let rsa: SigningKey;
let ec: SigningKey;
let ed: SigningKey;
beforeAll(async () => {
  [rsa, ec, ed] = await Promise.all([
    createSigningKey(),
    createSigningKey('ES256'),
    createSigningKey('EdDSA'),
  ]);
  const jwks = { keys: [rsa.publicJwk, ec.publicJwk, { ...ed.publicJwk, alg: undefined }] };
  const byKey: TestClient = { clientId: 'by-key', authMethod: 'private_key_jwt', jwks };
  provider = await startScriptedProvider({ clients: [testClient, odd, post, open, byKey] });
});
beforeEach(() => provider.reset());
afterAll(() => provider?.close());

type Auth = NonNullable<AppWorldOptions['auth']>;
const start = (auth: Auth) => startAppWorld({ provider, auth });
const tokenCall = (): LoggedCall => {
  const [call] = provider.calls('token');
  if (call === undefined) throw new Error('the token endpoint was not called');
  return call;
};
const signInWith = async (auth: Auth): Promise<LoggedCall> => {
  await using world = await start(auth);
  await expectSignedIn(world, await attemptSignIn(world));
  return tokenCall();
};
describe('client authentication', () => {
  it.each([
    ['the usual client', testClient],
    ['a client full of odd characters', odd],
  ])(
    'TE-01, OR-04: client_secret_basic form-encodes id and secret of %s before base64, and sends nothing else',
    async (_who, { clientId, clientSecret = '' }) => {
      const { headers, form } = await signInWith({ clientId, clientSecret });
      const sent = Buffer.from((headers.authorization ?? '').replace(/^Basic /, ''), 'base64').toString();
      expect(decodeURIComponent(sent.replaceAll('+', ' '))).toBe(`${clientId}:${clientSecret}`);
      expect(sent.split(':')).toHaveLength(2);
      expect(sent.replace(/%[0-9A-F]{2}/g, '')).toMatch(/^[\w.~+*:-]*$/);
      for (const name of ['client_secret', 'client_assertion']) expect(form.has(name)).toBe(false);
    },
  );

  it('TE-01b: client_secret_post sends the secret in the body and no Authorization header', async () => {
    const { headers, form } = await signInWith({ clientId: 'by-post', clientAuth: 'client_secret_post' });
    expect(headers.authorization).toBeUndefined();
    expect(form.getAll('client_id')).toEqual(['by-post']);
    expect(form.getAll('client_secret')).toEqual([testClient.clientSecret]);
    expect(tokenCall().path).not.toContain('?');
  });

  it('a public client (none) signs in with PKCE alone and sends no credential', async () => {
    const { headers, form } = await signInWith({ clientId: 'public', clientAuth: 'none' });
    expect(headers.authorization).toBeUndefined();
    expect(form.get('client_id')).toBe('public');
    expect(form.has('client_secret')).toBe(false);
    expect(form.get('code_verifier')).toMatch(/^[\w.~-]{43,128}$/);
  });

  it.each<[string, () => string | Promise<string>, string]>([
    ['PEM', () => exportPKCS8(rsa.privateKey), 'RS256'],
    ['a JWK for ES256', () => privateJwk(ec), 'ES256'],
    ['a JWK on Ed25519', () => privateJwk(ed), 'Ed25519'],
  ])(
    'TE-02a: private_key_jwt with %s sends a fresh, short assertion for this provider and no secret',
    async (...row) => {
      const [, key, alg] = row;
      await using world = await start({
        clientId: 'by-key',
        clientAuth: 'private_key_jwt',
        clientKey: await key(),
      });
      const seen = new Set<unknown>();
      for (const round of [1, 2]) {
        await expectSignedIn(world, await attemptSignIn(world));
        const { headers, form } = tokenCall();
        expect(headers.authorization).toBeUndefined();
        expect(form.has('client_secret')).toBe(false);
        expect(form.get('client_assertion_type')).toBe(
          'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        );
        const assertion = form.get('client_assertion') ?? '';
        expect(decodeProtectedHeader(assertion).alg).toBe(alg);
        const { iss, sub, aud, jti, iat = 0, exp = 0 } = decodeJwt(assertion);
        expect({ iss, sub, aud }).toEqual({ iss: 'by-key', sub: 'by-key', aud: provider.issuer });
        expect(exp - iat).toBeLessThanOrEqual(120);
        seen.add(jti);
        expect(seen.size).toBe(round);
      }
    },
  );

  const privateJwk = async (key: SigningKey): Promise<string> => {
    const jwk = await crypto.subtle.exportKey('jwk', key.privateKey);
    return JSON.stringify({ kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y, d: jwk.d, kid: key.kid });
  };

  it('a key that the provider does not know is refused, and the log says whose fault it is', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const clientKey = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await using world = await start({ clientId: 'by-key', clientAuth: 'private_key_jwt', clientKey });
    await expectRefused(world, await attemptSignIn(world), { status: 502, code: 'client_rejected' });
    expect(world.logText()).not.toContain('PRIVATE KEY');
  });

  it.each([
    ['a challenge, as the specification has it', null],
    ['invalid_client and no challenge', oauthError('invalid_client', 401)],
    ['invalid_client as a 400', oauthError('invalid_client', 400)],
  ])(
    'a server that does not percent-decode Basic answers %s: operators read what to try',
    async (_what, raw) => {
      provider.clients.push({ clientId: 'undecoded', clientSecret: 'what the server made of it' });
      if (raw !== null) provider.bend.raw.token = raw;
      await using world = await start({ clientId: 'undecoded', clientSecret: 'a secret with % and +' });
      const attempt = await attemptSignIn(world);
      await expectRefused(world, attempt, { status: 502, code: 'client_rejected' });
      const failure = attempt.log.find(({ msg }) => msg === 'login_failed');
      expect(failure?.detail).toContain('client_secret_post');
      expect(attempt.page.body).not.toContain('client_secret_post');
    },
  );
});

describe('the token call', () => {
  it('TE-03: is a form with code, verifier and the same redirect URI, and nothing of the visitor', async () => {
    await using world = await start({});
    const browser = world.browser();
    browser.cookies.set(world.url, 'tracker=secret-of-the-visitor; Path=/');
    await browser.followAll(
      await browser.get(`${world.url}/protected`, { headers: { 'x-visitor': 'secret-of-the-visitor' } }),
    );
    const { method, headers, form, body } = tokenCall();
    const [request] = provider.calls('authorize');
    expect(method).toBe('POST');
    expect(headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
    expect(form.get('grant_type')).toBe('authorization_code');
    expect(form.get('code')).toMatch(/^[\w-]{20,}$/);
    expect(form.get('redirect_uri')).toBe(`${world.url}/auth-callback`);
    expect(form.get('redirect_uri')).toBe(request?.query.get('redirect_uri'));
    expect(form.get('code_verifier')).toMatch(/^[\w.~-]{43,128}$/);
    expect([...form.keys()].length).toBe(new Set(form.keys()).size);
    for (const name of ['cookie', 'x-visitor', 'referer', 'origin', 'x-forwarded-for']) {
      expect(headers[name]).toBeUndefined();
    }
    expect(JSON.stringify(headers) + body).not.toContain('secret-of-the-visitor');
    expect(headers['user-agent']).not.toContain('Mozilla');
  });

  it('TE-03: names the configured redirect URI, whatever Host the callback came with', async () => {
    await using world = await startAppWorld({ provider, baseUrl: 'http://app.localhost' });
    const browser = world.browser();
    const login = await browser.get(`${world.url}/login`, { headers: { host: 'evil.example' } });
    const atProvider = await browser.get(login.location ?? '');
    const callback = new URL(atProvider.location ?? '');
    expect(callback.origin).toBe('http://app.localhost');
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example' };
    await browser.get(world.url + callback.pathname + callback.search, { headers });
    expect(tokenCall().form.get('redirect_uri')).toBe(redirectUri);
  });

  it('OR-03: the authorization request carries a nonce, another one each time', async () => {
    await using world = await start({});
    await attemptSignIn(world);
    const first = provider.calls('authorize')[0]?.query.get('nonce');
    await attemptSignIn(world);
    const second = provider.calls('authorize')[0]?.query.get('nonce');
    expect(first).toMatch(/^[\w-]{22,}$/);
    expect(second).toMatch(/^[\w-]{22,}$/);
    expect(second).not.toBe(first);
  });
});
