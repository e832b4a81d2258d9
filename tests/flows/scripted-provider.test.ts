// The scripted provider is honest until it is bent: openid-client, which checks what it gets, drives it.

import * as openid from 'openid-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startAttackerServer } from '../support/attacker-server.ts';
import { answer, gzipBomb, html, oversized, redirectTo } from '../support/scripted-provider/answers.ts';
import { strangerToken, unsignedToken, withBadSignature } from '../support/scripted-provider/forge.ts';
import { createWeakKey } from '../support/scripted-provider/keys.ts';
import { type ScriptedProvider, startScriptedProvider, testClient } from '../support/scripted-provider.ts';
import { attempt, signIn } from '../support/scripted-sign-in.ts';

describe('scripted provider', () => {
  let provider: ScriptedProvider;
  beforeAll(async () => {
    provider = await startScriptedProvider();
  });
  beforeEach(() => provider.reset());
  afterAll(() => provider.close());

  it('lets an honest client sign a person in, with verified ID token, userinfo and every call in the log', async () => {
    const { tokens, config } = await signIn(provider);
    const claims = tokens.claims();
    expect(claims).toMatchObject({ sub: 'user-ada', aud: testClient.clientId, amr: ['pwd'] });
    const user = await openid.fetchUserInfo(config, tokens.access_token, 'user-ada');
    expect(user).toMatchObject({
      name: 'Ada Lovelace',
      email: 'ada@example.test',
      permissions: ['reports:read'],
    });
    expect(provider.log.map(({ endpoint }) => endpoint)).toEqual([
      ...['discovery', 'authorize', 'token', 'jwks', 'userinfo'],
    ]);
    const [call] = provider.calls('token');
    expect(call?.form.get('grant_type')).toBe('authorization_code');
    expect(call?.headers.authorization).toMatch(/^Basic /);
  });

  it.each(['ES256', 'PS256', 'EdDSA'] as const)('signs with %s when asked', async (algorithm) => {
    await using other = await startScriptedProvider({ algorithm });
    const { tokens } = await signIn(other);
    expect(tokens.claims()?.sub).toBe('user-ada');
  });

  it('redeems a code once, and ends the grant when it comes again', async () => {
    const { config, callbackUrl, checks, tokens } = await signIn(provider);
    await expect(openid.authorizationCodeGrant(config, callbackUrl, checks)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    await expect(openid.fetchUserInfo(config, tokens.access_token, 'user-ada')).rejects.toMatchObject({
      status: 401,
    });
  });

  it('refuses a wrong code verifier and a wrong client secret', async () => {
    const pkce = await signIn(provider, { pkceCodeVerifier: openid.randomPKCECodeVerifier() }).catch(String);
    expect(pkce).toContain('ResponseBodyError');
    expect(await attempt(provider, { clientSecret: 'guess' })).toContain('WWWAuthenticateChallenge');
  });

  it('rotates refresh tokens and ends the grant when an old one is used again', async () => {
    const { config, tokens } = await signIn(provider, {}, { scope: 'openid offline_access' });
    const first = tokens.refresh_token ?? '';
    const second = await openid.refreshTokenGrant(config, first);
    expect(second.refresh_token).not.toBe(first);
    await expect(openid.refreshTokenGrant(config, first)).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(openid.refreshTokenGrant(config, second.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  it('introspects, revokes and signs out', async () => {
    const { config, tokens } = await signIn(provider);
    expect(await openid.tokenIntrospection(config, tokens.access_token)).toMatchObject({ active: true });
    await openid.tokenRevocation(config, tokens.access_token);
    expect(await openid.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false });
    const target = { post_logout_redirect_uri: 'http://localhost:9/bye', state: 'x' };
    const response = await fetch(openid.buildEndSessionUrl(config, target), { redirect: 'manual' });
    expect(response.headers.get('location')).toBe('http://localhost:9/bye?state=x');
  });

  it('takes pushed authorization requests', async () => {
    expect(await attempt(provider, { pushed: true })).toBe('signed in');
    expect(provider.calls('authorize')[0]?.query.has('redirect_uri')).toBe(false);
  });

  it('gives the issuer the path it was asked for', async () => {
    await using tenant = await startScriptedProvider({ issuerPath: '/tenant' });
    expect(tenant.issuer).toMatch(/\/tenant$/);
    expect(await attempt(tenant)).toBe('signed in');
  });

  it('goes down and comes back at the same address', async () => {
    await provider.goDown();
    expect(await attempt(provider)).toContain('fetch failed');
    await provider.comeBack();
    expect(await attempt(provider)).toBe('signed in');
  });

  describe('bent', () => {
    it.each<[string, (provider: ScriptedProvider) => void]>([
      [
        'an issuer in discovery that is another',
        ({ bend }) => (bend.discovery = (json) => ({ ...json, issuer: 'http://x.test' })),
      ],
      [
        'a nonce of its own',
        ({ bend }) => (bend.idTokenClaims = (claims) => ({ ...claims, nonce: 'other' })),
      ],
      ['an ID token without sub', ({ bend }) => (bend.idTokenClaims = (claims) => void delete claims.sub)],
      ['an unknown kid', ({ bend }) => (bend.idTokenHeader = (header) => ({ ...header, kid: 'nobody' }))],
      [
        'an unknown critical header',
        ({ bend }) => (bend.idTokenHeader = (header) => ({ ...header, crit: ['x'], x: 1 })),
      ],
      ['alg none', ({ bend }) => (bend.signIdToken = (claims) => unsignedToken(claims))],
      [
        'a bad signature',
        ({ bend }) => (bend.signIdToken = async (_claims, { honest }) => withBadSignature(await honest())),
      ],
      [
        "a stranger's key",
        ({ bend, keys }) => (bend.signIdToken = (claims) => strangerToken(claims, { kid: keys.current.kid })),
      ],
      ['an empty key set', ({ bend }) => (bend.jwks = () => ({ keys: [] }))],
      ['no state', ({ bend }) => (bend.authorizeResponse = (response) => response.delete('state'))],
      [
        'a wrong iss',
        ({ bend }) => (bend.authorizeResponse = (response) => response.set('iss', 'http://x.test')),
      ],
      ['access_denied', (bent) => (bent.user = null)],
      ['no access token', ({ bend }) => (bend.tokenResponse = (json) => void delete json.access_token)],
      ['null for a token response', ({ bend }) => (bend.tokenResponse = () => null)],
      ['HTML at the token endpoint', ({ bend }) => (bend.raw.token = html())],
      ['204 at the token endpoint', ({ bend }) => (bend.raw.token = answer(204))],
      ['503 at discovery', ({ bend }) => (bend.raw.discovery = answer(503))],
    ])('with %s a checking client refuses', async (_name, bend) => {
      bend(provider);
      expect(await attempt(provider)).not.toBe('signed in');
    });

    it('redirects, and the listener at the other end shows who followed', async () => {
      await using attacker = await startAttackerServer();
      provider.bend.raw.token = redirectTo(attacker.url, 307);
      expect(await attempt(provider)).not.toBe('signed in');
      expect(attacker.connections).toBe(0);
      await fetch(`${provider.issuer}/token`, { method: 'POST', body: 'code=1' });
      expect(attacker.hits).toMatchObject([{ method: 'POST', path: '/', body: 'code=1' }]);
    });

    it('sends five megabytes, and a gzip bomb that is small on the wire', async () => {
      provider.bend.raw.userinfo = oversized(5_000_000);
      expect((await (await fetch(`${provider.issuer}/userinfo`)).text()).length).toBeGreaterThan(5_000_000);
      provider.bend.raw.userinfo = gzipBomb(10_000_000);
      const bomb = await fetch(`${provider.issuer}/userinfo`);
      expect((await bomb.text()).length).toBeGreaterThan(10_000_000);
    });

    it('rotates its keys, with and without the old one', async () => {
      await provider.rotateKeys({ keepOld: true });
      expect(provider.keys.published).toHaveLength(2);
      expect(await attempt(provider)).toBe('signed in');
      await provider.rotateKeys();
      expect(provider.keys.published).toHaveLength(1);
      expect(await attempt(provider)).toBe('signed in');
    });

    it('publishes and uses a key that is too weak, and a checking client refuses', async () => {
      await using weak = await startScriptedProvider();
      weak.keys.adopt(await createWeakKey(), { use: true });
      expect(await attempt(weak)).not.toBe('signed in');
    });

    it('is honest again after reset', async () => {
      provider.bend.raw.token = html();
      provider.bend.idTokenClaims = () => ({});
      provider.reset();
      expect(await attempt(provider)).toBe('signed in');
    });
  });
});
