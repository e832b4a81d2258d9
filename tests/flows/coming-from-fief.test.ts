// The examples for those who come from Fief: what they answer, and where they do better.
import type { Express } from 'express';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createSite as createAcrSite } from '../../examples/coming-from/fief/acr.ts';
import { createApi } from '../../examples/coming-from/fief/api.ts';
import { createQuietAuth } from '../../examples/coming-from/fief/empty-answers.ts';
import { createCachedAuth } from '../../examples/coming-from/fief/shared-userinfo.ts';
import { createApi as createTokenPlaces } from '../../examples/coming-from/fief/token-places.ts';
import { createApp } from '../../examples/coming-from/fief/web.ts';
import { signedIn, testUsers } from '../../src/testing.ts';
import { ask, type ExampleKit, openPage, startExampleKit } from '../support/example-kit.ts';
import { startRedis } from '../support/redis.ts';

const { ada, bob } = testUsers;
let kit: ExampleKit;
let api: Express;
let web: Express;

beforeAll(async () => {
  kit = await startExampleKit();
  api = kit.app(createApi);
  web = kit.app(createApp);
});
afterEach(() => kit.provider.reset());
afterAll(() => kit.close());

describe('the API', () => {
  it('gives the handler id, scope, acr and permissions', async () => {
    const claims = { scope: 'openid a', permissions: ['castles:read'], acr: '0' };
    const answer = await kit.bear(api, '/authenticated', claims);
    expect(answer.body).toEqual({
      id: ada.sub,
      scope: ['openid', 'a'],
      acr: '0',
      permissions: ['castles:read'],
    });
  });

  it.each([
    ['/authenticated-scope', { scope: 'openid required_scope' }, 200, undefined],
    ['/authenticated-scope', { scope: 'openid' }, 403, 'insufficient_scope'],
    ['/authenticated-scope', { scope: undefined }, 403, 'insufficient_scope'],
    ['/authenticated-permissions', { permissions: ['castles:create', 'castles:read'] }, 200, undefined],
    ['/authenticated-permissions', { permissions: ['castles:read'] }, 403, 'insufficient_permissions'],
    ['/authenticated-permissions', { permissions: undefined }, 403, 'insufficient_permissions'],
  ])('%s with %j → %i: all of a list is required', async (path, claims, status, code) => {
    const answer = await kit.bear(api, path, claims);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it.each([
    ['for another client of the same provider', { aud: 'another-client' }],
    ['without an end', { exp: undefined }],
    ['of another issuer', { iss: 'https://evil.example' }],
    ['without a subject', { sub: undefined }],
  ])('refuses a token %s', async (_what, claims) => {
    const answer = await kit.bear(api, '/authenticated', claims);
    expect([answer.status, answer.body.error]).toEqual([401, 'invalid_token']);
    expect(answer.headers['www-authenticate']).toContain('error="invalid_token"');
  });

  it('takes a token until half a minute after its end, and not longer', async () => {
    const ended = (seconds: number) => kit.bear(api, '/authenticated', { exp: kit.nowSeconds() - seconds });
    expect([(await ended(20)).status, (await ended(40)).status]).toEqual([200, 401]);
  });

  it('treats a scope that is no text as none', async () => {
    const { clientId } = kit.provider.client;
    const claims = { sub: ada.sub, aud: clientId, exp: kit.nowSeconds() + 60, scope: 7 };
    const authorization = `Bearer ${await kit.provider.sign(claims, { typ: 'at+jwt' })}`;
    expect((await ask(api, '/authenticated', { authorization })).body).toMatchObject({ scope: [] });
    expect((await ask(api, '/authenticated-scope', { authorization })).status).toBe(403);
  });

  it('refuses an ID token and garbage with 401', async () => {
    const { clientId } = kit.provider.client;
    const claims = { sub: ada.sub, aud: clientId, exp: kit.nowSeconds() + 60, nonce: 'n' };
    const idToken = await kit.provider.sign(claims);
    for (const token of [idToken, 'garbage', 'a.b.c']) {
      const answer = await ask(api, '/authenticated', { authorization: `Bearer ${token}` });
      expect(answer.status, token).toBe(401);
    }
  });

  it('lets strangers in where the guard is optional, but nobody who brings a bad token', async () => {
    expect((await ask(api, '/optional')).body).toEqual({ message: 'Anonymous' });
    expect((await kit.bear(api, '/optional', {})).body).toEqual({ message: `Hello, ${ada.email}` });
    expect((await kit.bear(api, '/optional', { exp: kit.nowSeconds() - 40 })).status).toBe(401);
  });

  it('goes on when the provider changes its keys, and answers 503 while it is away', async () => {
    const fresh = kit.app(createApi);
    expect((await kit.bear(fresh, '/authenticated')).status).toBe(200);
    await kit.provider.rotateKeys();
    kit.pass(31);
    expect((await kit.bear(fresh, '/authenticated')).status).toBe(200);
    const another = kit.app(createApi);
    kit.provider.fail('jwks', { status: 500 });
    const answer = await kit.bear(another, '/authenticated');
    expect([answer.status, answer.body.id]).toEqual([503, undefined]);
  });
});

describe('the web app', () => {
  it('sends people to sign in with state, nonce and PKCE, and back to the page they wanted', async () => {
    const login = await openPage(web, '/protected');
    const asked = new URL(login.headers.location ?? '').searchParams;
    expect(login.status).toBe(302);
    for (const name of ['state', 'nonce', 'code_challenge']) expect(asked.get(name), name).toMatch(/.{20}/);
    expect(asked.get('redirect_uri')).toBe('http://localhost:3000/auth-callback');

    await using session = await signedIn(web, ada, { loginPath: '/protected' });
    const page = await session.open('/protected');
    expect(await page.text()).toBe(`You are signed in as ${ada.email}`);
    expect(kit.provider.calls('userinfo'), 'known from the login').toHaveLength(1);
  });

  it('keeps the access token out of reach of whoever reads the cookie', async () => {
    await using session = await signedIn(web, ada);
    const { cookies } = session.storageState();
    expect(cookies.length).toBeGreaterThan(1);
    for (const { name, value, httpOnly, sameSite } of cookies) {
      expect([httpOnly, sameSite], name).toEqual([true, 'Lax']);
      const authorization = `Bearer ${decodeURIComponent(value)}`;
      expect((await ask(web, '/protected', { authorization })).status, name).toBe(401);
    }
  });

  it('says 401 to a script, 403 to whoever lacks something, and what changed when it asks anew', async () => {
    expect((await ask(web, '/protected')).status).toBe(401);
    await using session = await signedIn(web, bob);
    expect((await session.fetch('/reports')).status).toBe(403);
    expect((await session.open('/castles/new')).status).toBe(403);
    kit.provider.changeUser(bob.sub, { email: 'new@example.test' });
    expect(await (await session.fetch('/protected')).text()).toContain(bob.email);
    expect(await (await session.fetch('/fresh')).text()).toBe('at this moment new@example.test');
  });

  it('shows a page where the provider refuses, in place of an error of the server', async () => {
    kit.provider.refuse('access_denied');
    await expect(signedIn(web, ada)).rejects.toThrow(/403/);
  });
});

describe('the other examples', () => {
  it('answer refusals with nothing but the status', async () => {
    const quiet = kit.app(createApi, createQuietAuth(kit.options()));
    const stranger = await ask(quiet, '/authenticated');
    expect([stranger.status, stranger.text]).toEqual([401, '']);
    const poor = await kit.bear(quiet, '/authenticated-scope', { scope: 'openid' });
    expect([poor.status, poor.text]).toEqual([403, '']);
  });

  it('ask for the password where acr 1 is wanted, and find out when the provider did not', async () => {
    const { app } = kit.keep(createAcrSite(kit.options()));
    await using session = await signedIn(app, ada, { acr: '0', authTime: kit.nowSeconds() - 3600 });
    expect(await (await session.fetch('/account')).text()).toBe('your account');
    const challenged = await session.fetch('/account/password');
    expect(challenged.status).toBe(401);
    expect(challenged.headers.get('www-authenticate')).toContain('insufficient_user_authentication');
    expect((await session.open('/account/password')).status, 'acr 0 and an hour old again').toBe(403);
    await using weak = await signedIn(app, ada, { acr: '0' });
    expect((await weak.fetch('/account/password')).status, 'fresh, but acr 0').toBe(401);
    await using strong = await signedIn(app, ada, { acr: '1', loginPath: '/account/password' });
    expect(await (await strong.fetch('/account/password')).text()).toBe('signed in with acr 1');
    expect((await strong.fetch('/account')).status, 'more than is asked for').toBe(200);
  });

  it('read another scheme without regard to case, and take no cookie there', async () => {
    const app = kit.app(createTokenPlaces);
    const token = await kit.provider.accessToken();
    for (const scheme of ['Castle', 'castle', 'CASTLE']) {
      const answer = await ask(app, '/castles', { authorization: `${scheme} ${token}` });
      expect(answer.body, scheme).toEqual({ id: ada.sub });
    }
    for (const authorization of [`Bearer ${token}`, `Castle ${token} more`, token, 'Castle']) {
      expect((await ask(app, '/castles', { authorization })).status, authorization.slice(0, 9)).toBe(401);
    }
    expect((await ask(app, '/either', { authorization: `bearer ${token}` })).body).toEqual({
      kind: 'bearer',
    });
  });

  it('share what is known about a person between nodes, and ask once when it is old', async () => {
    await using redis = await startRedis();
    const options = kit.options();
    const [one, two] = [1, 2].map(() => kit.app(createApp, createCachedAuth(options, redis.url)));
    await using here = await signedIn(one as Express, ada);
    await using there = await signedIn(two as Express, ada);
    kit.provider.changeUser(ada.sub, { email: 'later@example.test' });
    kit.provider.forgetCalls();
    kit.pass(301);
    for (const session of [here, there]) {
      expect(await (await session.fetch('/protected')).text()).toContain('later@example.test');
    }
    expect(kit.provider.calls('userinfo')).toHaveLength(1);
  });
});
