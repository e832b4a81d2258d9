import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBrowserClient } from '../support/browser-client.ts';
import {
  answerOf,
  api,
  beginJourney,
  logIn,
  signIn,
  startWorld,
  type World,
} from '../support/local-provider-world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.close();
});

const refreshTokenOf = (tokens: { refresh_token?: string }): string => {
  if (tokens.refresh_token === undefined) throw new Error('no refresh token');
  return tokens.refresh_token;
};
const isActive = async (token: string): Promise<boolean> =>
  (await openid.tokenIntrospection(world.app, token)).active;

describe('access tokens', () => {
  it('a client asks for an API and gets a JWT for it, and still an opaque token for userinfo', async () => {
    const scope = 'openid profile reports reports:list';
    const tokens = await logIn(world.app, createBrowserClient(), 'ada', { resource: api, scope });
    expect(tokens.access_token).not.toContain('.');
    expect(await openid.fetchUserInfo(world.app, tokens.access_token, 'ada')).toMatchObject({
      name: 'Ada Lovelace',
    });

    const forApi = await openid.refreshTokenGrant(world.app, refreshTokenOf(tokens), { resource: api });
    const keys = createRemoteJWKSet(new URL(`${world.issuer}/jwks`));
    const checks = { issuer: world.issuer, audience: api, typ: 'at+jwt', algorithms: ['ES256'] };
    const { payload } = await jwtVerify(forApi.access_token, keys, checks);
    expect(payload).toMatchObject({
      sub: 'ada',
      client_id: 'app',
      scope: 'reports:list',
      permissions: ['reports:read', 'admin'],
      roles: ['editor'],
    });
  });

  it('a client gets the JWT at its first call when it names the API there', async () => {
    const given = { resource: api, scope: 'openid reports:list' };
    const journey = await beginJourney(world.app, given);
    const answer = answerOf(await signIn(createBrowserClient(), journey, 'ada'));
    const tokens = await openid.authorizationCodeGrant(world.app, answer, journey.checks, { resource: api });
    expect(tokens.access_token.split('.')).toHaveLength(3);
    expect(tokens.claims()?.sub).toBe('ada');
  });

  it('a client that names an API nobody knows is told so', async () => {
    const journey = await beginJourney(world.app, { resource: 'https://unknown.example.test' });
    const answer = answerOf(await signIn(createBrowserClient(), journey, 'ada'));
    expect(answer.searchParams.get('error')).toBe('invalid_target');
  });

  it('a client reads the permissions of its own tokens by introspection, and nothing about those of others', async () => {
    const tokens = await logIn(world.app, createBrowserClient(), 'ada', { scope: 'openid reports' });
    expect(await openid.tokenIntrospection(world.app, tokens.access_token)).toMatchObject({
      active: true,
      sub: 'ada',
      client_id: 'app',
      scope: 'openid reports',
      permissions: ['reports:read', 'admin'],
      roles: ['editor'],
    });
    expect(await openid.tokenIntrospection(world.partner, tokens.access_token)).toEqual({ active: false });
  });

  it('a client revokes its tokens, and another client cannot', async () => {
    const tokens = await logIn(world.app, createBrowserClient(), 'ada');
    await openid.tokenRevocation(world.partner, refreshTokenOf(tokens));
    expect(await isActive(refreshTokenOf(tokens))).toBe(true);
    await openid.tokenRevocation(world.app, refreshTokenOf(tokens));
    expect(await isActive(refreshTokenOf(tokens))).toBe(false);
    expect(await isActive(tokens.access_token)).toBe(false);
  });
});

describe('authorization requests', () => {
  it('a client pushes its request and the browser carries only a reference', async () => {
    const journey = await beginJourney(world.app);
    const pushed = await openid.buildAuthorizationUrlWithPAR(world.app, new URL(journey.url).searchParams);
    expect([...pushed.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);
    const answer = answerOf(await signIn(createBrowserClient(), { ...journey, url: pushed.href }, 'ada'));
    const tokens = await openid.authorizationCodeGrant(world.app, answer, journey.checks);
    expect(tokens.claims()?.sub).toBe('ada');
  });

  it('a client without PKCE, or with the plain method, is refused', async () => {
    for (const changed of [
      { code_challenge: '', code_challenge_method: '' },
      { code_challenge_method: 'plain' },
    ]) {
      const url = new URL((await beginJourney(world.app)).url);
      for (const [name, value] of Object.entries(changed)) {
        if (value === '') url.searchParams.delete(name);
        else url.searchParams.set(name, value);
      }
      const answer = answerOf(await createBrowserClient().get(url.href));
      expect(answer.searchParams.get('error')).toBe('invalid_request');
    }
  });

  it('a client with a wrong secret gets no token', async () => {
    const journey = await beginJourney(world.app);
    const answer = answerOf(await signIn(createBrowserClient(), journey, 'ada'));
    const auth = openid.ClientSecretBasic('wrong');
    const impostor = new openid.Configuration(world.app.serverMetadata(), 'app', undefined, auth);
    openid.allowInsecureRequests(impostor);
    await expect(openid.authorizationCodeGrant(impostor, answer, journey.checks)).rejects.toMatchObject({
      status: 401,
    });
  });
});
