// Tokens of the real local provider at an API: its JWTs, its opaque tokens, and the others that it gives out.
import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BearerWorld, startBearerWorld } from '../support/bearer-world.ts';
import { createBrowserClient } from '../support/browser-client.ts';
import { api, logIn, startWorld, type World } from '../support/local-provider-world.ts';

let op: World;
let jwtApi: BearerWorld;
let opaqueApi: BearerWorld;
beforeAll(async () => {
  op = await startWorld();
  const client = {
    issuer: op.issuer,
    clientId: 'app',
    clientSecret: 'app-secret-app-secret-app-secret',
  };
  jwtApi = await startBearerWorld({ auth: { ...client, audience: api, scopeClaim: ['scope'] } });
  opaqueApi = await startBearerWorld({ auth: client });
});
afterAll(async () => {
  await jwtApi[Symbol.asyncDispose]();
  await opaqueApi[Symbol.asyncDispose]();
  await op.close();
});

const scope = 'openid profile reports reports:list offline_access';
const signIn = () => logIn(op.app, createBrowserClient(), 'ada', { resource: api, scope });

describe('a JWT for the API', () => {
  it('opens it, with its scope and permissions and the person by subject', async () => {
    const tokens = await signIn();
    const forApi = await openid.refreshTokenGrant(op.app, tokens.refresh_token ?? '', { resource: api });
    const answer = await jwtApi.bear(forApi.access_token, '/user');
    expect(answer.status).toBe(200);
    const { auth, user } = JSON.parse(answer.body);
    expect(auth).toMatchObject({
      kind: 'bearer',
      subject: 'ada',
      issuer: op.issuer,
      clientId: 'app',
      scope: ['reports:list'],
      permissions: ['reports:read', 'admin'],
      roles: ['editor'],
    });
    expect(user.sub).toBe('ada');
    expect((await jwtApi.bear(forApi.access_token, '/permission')).status).toBe(200);
    expect((await jwtApi.bear(forApi.access_token, '/scope')).status).toBe(403);
    expect((await opaqueApi.bear(forApi.access_token)).status).toBe(401);
  });
});

describe('an opaque token', () => {
  it('opens an API without an audience of its own, and names the person by userinfo', async () => {
    const { access_token: token } = await signIn();
    const answer = await opaqueApi.bear(token, '/user');
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body).user).toMatchObject({ sub: 'ada', name: 'Ada Lovelace' });
    expect((await opaqueApi.bear(token, '/scope')).status).toBe(200);
    expect((await jwtApi.bear(token)).status).toBe(401);
  });

  it('is refused after it was revoked, within the time that is documented', async () => {
    const { access_token: token } = await signIn();
    expect((await opaqueApi.bear(token)).status).toBe(200);
    await openid.tokenRevocation(op.app, token);
    opaqueApi.advance(31);
    expect((await opaqueApi.bear(token)).status).toBe(401);
  });
});

it('RS-04f, RS-10b: neither the ID token nor the refresh token opens anything', async () => {
  const tokens = await signIn();
  expect(tokens.refresh_token).toBeDefined();
  for (const token of [tokens.id_token ?? '', tokens.refresh_token ?? '']) {
    expect((await jwtApi.bear(token)).status).toBe(401);
    expect((await opaqueApi.bear(token)).status).toBe(401);
  }
});
