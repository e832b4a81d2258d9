// The test kit's provider as a customer meets it: tokens for an API, rotation, each fault, logout, and its log.
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import * as openid from 'openid-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  startTestProvider,
  type TestProvider,
  type TestProviderOptions,
  testUsers,
} from '../../src/testing.ts';
import { clientOf, codeFlow } from '../support/kit-client.ts';

const clock = { offset: 0, now: () => Date.now() + clock.offset };
let provider: TestProvider;
beforeAll(async () => {
  provider = await startTestProvider({ now: clock.now });
});
beforeEach(() => {
  clock.offset = 0;
  provider.reset();
});
afterAll(() => provider.close());

/** A bearer token as an API checks it: signature by the published keys, issuer, audience, type, time. */
const verify = (at: TestProvider, token: string, audience = 'test-client') => {
  const keys = createRemoteJWKSet(new URL(`${at.issuer}/jwks`));
  return jwtVerify(token, keys, {
    issuer: at.issuer,
    audience,
    typ: 'at+jwt',
    requiredClaims: ['jti', 'iat'],
  });
};

describe('a bearer token made by the test provider', () => {
  it('verifies against its keys, and says what the test wants it to say', async () => {
    const token = await provider.accessToken({
      scope: 'reports',
      aud: 'https://api.example',
      permissions: ['a'],
    });
    const { payload } = await verify(provider, token, 'https://api.example');
    expect(payload).toMatchObject({
      sub: 'user-ada',
      client_id: 'test-client',
      scope: 'reports',
      permissions: ['a'],
    });
    const other = await verify(provider, await provider.accessToken({ sub: 'user-bob' }));
    expect(other.payload).toMatchObject({ sub: 'user-bob', permissions: [], scope: 'openid profile email' });
  });

  it.each([
    ['an end in the past', { exp: 1_700_000_000 }, {}, 'ERR_JWT_EXPIRED'],
    ['another audience', { aud: 'https://other.example' }, {}, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['no audience', { aud: undefined }, {}, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['another issuer', { iss: 'https://other.example' }, {}, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['another type', {}, { typ: 'JWT' }, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['an unknown key id', {}, { kid: 'nobody' }, 'ERR_JWKS_NO_MATCHING_KEY'],
  ])('can be wrong on purpose: %s', async (_what, claims, header, code) => {
    await expect(verify(provider, await provider.accessToken(claims, header))).rejects.toMatchObject({
      code,
    });
  });

  it('is known to introspection and userinfo, signed or opaque, until its time is over or it is revoked', async () => {
    const config = await clientOf(provider);
    for (const make of [provider.accessToken, provider.opaqueToken]) {
      const token = await make({ scope: 'openid reports', exp: Math.floor(Date.now() / 1000) + 60 });
      expect(await openid.tokenIntrospection(config, token)).toMatchObject({
        active: true,
        scope: 'openid reports',
      });
      expect(await openid.fetchUserInfo(config, token, 'user-ada')).toMatchObject({ sub: 'user-ada' });
      clock.offset = 61_000;
      expect(await openid.tokenIntrospection(config, token)).toEqual({ active: false });
      await expect(openid.fetchUserInfo(config, token, 'user-ada')).rejects.toMatchObject({ status: 401 });
      clock.offset = 0;
      await openid.tokenRevocation(config, token);
      expect(await openid.tokenIntrospection(config, token)).toEqual({ active: false });
    }
    const narrow = await provider.opaqueToken({ scope: 'reports' });
    await expect(openid.fetchUserInfo(config, narrow, 'user-ada')).rejects.toMatchObject({ status: 403 });
  });
});

describe('a provider with JWT access tokens', () => {
  const options: TestProviderOptions = {
    ...{ accessTokens: 'jwt', audience: 'https://api.example', accessTokenSeconds: 120, algorithm: 'ES256' },
    clients: [
      { clientId: 'machine', clientSecret: 's', scope: 'reports notes', permissions: ['reports:read'] },
      { clientId: 'page' },
    ],
  };

  it('gives them to people, with the audience that was set or asked for', async () => {
    await using jwts = await startTestProvider(options);
    const { tokens } = await codeFlow(jwts);
    const { payload } = await verify(jwts, tokens.access_token, 'https://api.example');
    expect(payload).toMatchObject({
      sub: 'user-ada',
      permissions: ['reports:read', 'admin'],
      client_id: 'machine',
    });
    expect(Number(payload.exp) - Number(payload.iat)).toBe(120);
    const asked = await codeFlow(jwts, { resource: 'https://notes.example' });
    await verify(jwts, asked.tokens.access_token, 'https://notes.example');
  });

  it('gives them to clients for themselves, within what is registered', async () => {
    await using jwts = await startTestProvider(options);
    const config = await clientOf(jwts);
    const answer = await openid.clientCredentialsGrant(config, { scope: 'reports' });
    expect(Object.keys(answer).sort()).toEqual(['access_token', 'expires_in', 'scope', 'token_type']);
    const { payload } = await verify(jwts, answer.access_token, 'https://api.example');
    expect(payload).toMatchObject({ sub: 'machine', scope: 'reports', permissions: ['reports:read'] });
    expect(payload).not.toHaveProperty('auth_time');
    const asking = (scope: string) => openid.clientCredentialsGrant(config, { scope });
    await expect(asking('admin')).rejects.toMatchObject({ error: 'invalid_scope' });
    await expect(asking('openid')).rejects.toMatchObject({ error: 'invalid_scope' });
    const page = await clientOf(jwts, { clientId: 'page' });
    await expect(openid.clientCredentialsGrant(page)).rejects.toMatchObject({ error: 'unauthorized_client' });
  });
});

describe('people at the test provider', () => {
  it('are chosen by the test, by a hint, or refused', async () => {
    provider.signInAs('user-bob');
    expect((await codeFlow(provider)).tokens.claims()).toMatchObject({ sub: 'user-bob', amr: ['pwd'] });
    const hinted = await codeFlow(provider, { login_hint: 'user-ada' });
    expect(hinted.tokens.claims()?.sub).toBe('user-ada');
    provider.signInAs({ sub: 'new' }, { acr: 'gold', amr: ['hwk'], authTime: 1_700_000_000 });
    const { tokens } = await codeFlow(provider);
    expect(tokens.claims()).toMatchObject({
      sub: 'new',
      acr: 'gold',
      amr: ['hwk'],
      auth_time: 1_700_000_000,
    });
    provider.refuse('temporarily_unavailable', 'later');
    await expect(codeFlow(provider)).rejects.toMatchObject({
      error: 'temporarily_unavailable',
      error_description: 'later',
    });
    expect(() => provider.signInAs('nobody')).toThrow('there is no user "nobody"');
  });

  it('can change while they are signed in', async () => {
    const { config, tokens } = await codeFlow(provider, { scope: 'openid profile offline_access' });
    provider.changeUser('user-ada', { name: 'Countess', permissions: [], roles: undefined });
    const userinfo = await openid.fetchUserInfo(config, tokens.access_token, 'user-ada');
    expect(userinfo).toMatchObject({ name: 'Countess', permissions: [] });
    expect(userinfo).not.toHaveProperty('roles');
    const again = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect(again.claims()).toMatchObject({ permissions: [] });
    expect(testUsers.ada.name, 'the people of the kit stay as they are').toBe('Ada Lovelace');
  });
});

describe('the keys of the test provider', () => {
  it('rotate, with and without the old one', async () => {
    const token = await provider.accessToken();
    const { kid } = await provider.rotateKeys({ keepOld: true, alg: 'ES256' });
    const next = await provider.accessToken();
    expect(decodeProtectedHeader(next)).toEqual({ alg: 'ES256', kid, typ: 'at+jwt' });
    await verify(provider, token);
    await verify(provider, next);
    await provider.rotateKeys();
    await expect(verify(provider, token)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
  });
});
