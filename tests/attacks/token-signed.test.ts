// Somebody sends JWTs that are not access tokens for this API: forged, stale, of another kind or for another place.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BearerWorld, expectBadToken, mint, startBearerWorld } from '../support/bearer-world.ts';
import type { Json } from '../support/scripted-provider/types.ts';
import { testClient } from '../support/scripted-provider.ts';

let world: BearerWorld;
beforeAll(async () => {
  world = await startBearerWorld({ auth: { acrOrder: ['silver', 'gold'] } });
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.provider.reset());

const now = () => world.provider.nowSeconds();
const make = (claims: Json = {}, header: Json = {}) => mint(world.provider, claims, header);

it('takes the token that all of these are made from', async () => {
  for (const path of ['/token', '/optional', '/user', '/scope']) {
    expect((await world.bear(await make(), path)).status, path).toBe(200);
  }
});

describe('a token whose claims are not right', () => {
  it.each<[string, string, () => Json]>([
    ['RS-04a', 'that ended 70 seconds ago', () => ({ iat: now() - 600, exp: now() - 70 })],
    ['RS-04a', 'that ended 31 seconds ago', () => ({ iat: now() - 600, exp: now() - 31 })],
    ['RS-04b', 'without exp', () => ({ exp: undefined })],
    ['RS-04b', 'whose exp is a text', () => ({ exp: '9999999999' })],
    ['RS-04b', 'without iat', () => ({ iat: undefined })],
    ['RS-04b', 'without sub', () => ({ sub: undefined })],
    ['RS-04b', 'with an empty sub', () => ({ sub: '' })],
    ['RS-04b', 'whose sub is a number', () => ({ sub: 7 })],
    ['RS-04b', 'whose sub is a list', () => ({ sub: ['user-ada'] })],
    ['RS-04b', 'whose sub is endless', () => ({ sub: 'x'.repeat(256) })],
    ['RS-04b', 'from the future', () => ({ iat: now() + 120 })],
    ['RS-04b', 'that begins later', () => ({ nbf: now() + 120 })],
    ['RS-04c', 'without aud', () => ({ aud: undefined })],
    ['RS-04c', 'for another audience', () => ({ aud: 'https://other.example' })],
    ['RS-04c', 'for an audience that begins like ours', () => ({ aud: `${testClient.clientId}-2` })],
    ['RS-04c', 'for an audience that is part of ours', () => ({ aud: testClient.clientId.slice(0, -1) })],
    ['RS-04c', 'for ours in capitals', () => ({ aud: testClient.clientId.toUpperCase() })],
    ['RS-04c', 'with an aud that is an object', () => ({ aud: { [testClient.clientId]: true } })],
    ['RS-04d', 'of another issuer', () => ({ iss: 'https://other.example' })],
    ['RS-04d', 'of the issuer with a slash more', () => ({ iss: `${world.provider.issuer}/` })],
    ['RS-04d', 'without iss', () => ({ iss: undefined })],
  ])('%s: %s is refused', async (_id, _what, claims) => {
    await expectBadToken(world, await make(claims()));
  });

  it('RS-04a: 29 seconds of difference between two clocks are forgiven, at both ends', async () => {
    expect((await world.bear(await make({ iat: now() - 600, exp: now() - 25 }))).status).toBe(200);
    expect((await world.bear(await make({ iat: now() + 25, nbf: now() + 25 }))).status).toBe(200);
  });
});

describe('a token of another kind', () => {
  const client = testClient.clientId;
  const bare = { client_id: undefined, scope: undefined, azp: client };
  it.each<[string, string, Json, Json]>([
    ['RS-04e', 'a logout token by its typ', {}, { typ: 'logout+jwt' }],
    ['RS-04e', 'a DPoP proof by its typ', {}, { typ: 'dpop+jwt' }],
    ['RS-04e', 'a typ that is no text', {}, { typ: 7 }],
    ['RS-04e', 'an empty typ', {}, { typ: '' }],
    ['RS-04e', 'a security event', { events: {} }, {}],
    ['RS-04f', 'an ID token with a nonce', { nonce: 'n', ...bare }, { typ: 'JWT' }],
    ['RS-04f', 'an ID token with a nonce and a scope', { nonce: 'n' }, { typ: 'JWT' }],
    ['RS-04f', 'an ID token that calls itself at+jwt', { nonce: 'n' }, {}],
    ['RS-04f', 'an ID token with at_hash', { at_hash: 'x' }, { typ: 'JWT' }],
    ['RS-04f', 'an ID token with c_hash', { c_hash: 'x' }, { typ: undefined }],
    ['RS-04f', 'an ID token without any mark', bare, { typ: 'JWT' }],
    ['RS-04f', 'an ID token without any mark and typ', bare, { typ: undefined }],
    ['RS-04f', 'an ID token for two audiences', { ...bare, aud: [client, 'x'] }, { typ: 'JWT' }],
    ['RS-04f', 'an ID token with permissions in it', { ...bare, permissions: ['a'] }, { typ: 'JWT' }],
    ['RS-04f', 'an ID token of Keycloak', { typ: 'ID' }, { typ: 'JWT' }],
    ['RS-04f', 'a refresh token of Keycloak', { typ: 'Refresh' }, { typ: 'JWT' }],
    ['RS-04f', 'an ID token of Cognito', { token_use: 'id' }, { typ: undefined }],
    ['RS-11a', 'a token bound to a DPoP key', { cnf: { jkt: 'thumbprint' } }, {}],
    ['RS-12a', 'a token bound to a certificate', { cnf: { 'x5t#S256': 'thumbprint' } }, {}],
    ['RS-12a', 'a token bound to something unknown', { cnf: { unknown: 'x' } }, {}],
    ['RS-05', 'a critical extension', {}, { crit: ['b64'], b64: true }],
    ['RS-05', 'a critical extension that nobody knows', {}, { crit: ['x'], x: 1 }],
  ])('%s: %s is refused', async (_id, _what, claims, header) => {
    await expectBadToken(world, await make(claims, header));
  });

  it('RS-04f: the ID token of a real login opens nothing', async () => {
    const seen: string[] = [];
    world.provider.bend.signIdToken = async (_claims, { honest }) => {
      seen.push(await honest());
      return seen[0] ?? '';
    };
    await world.signIn(world.browser(), '/token');
    expect(seen).toHaveLength(1);
    await expectBadToken(world, seen[0] ?? '');
  });

  it.each<[string, Json, Json]>([
    ['Keycloak', { aud: ['latchkey-test', 'account'], typ: 'Bearer', azp: client, client_id: undefined }, {}],
    ['Entra', { scope: undefined, scp: 'reports', ver: '2.0', azp: 'x', client_id: undefined }, {}],
    ['Okta', { scope: undefined, scp: ['reports'], cid: 'x', client_id: undefined }, { typ: undefined }],
    ['Cognito, with aud', { token_use: 'access' }, { typ: undefined }],
  ])('an access token as %s makes it is taken', async (_who, claims, header) => {
    const token = await make(claims, { typ: 'JWT', ...header });
    const answer = await world.bear(token, '/scope');
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body).auth.kind).toBe('bearer');
  });
});

it('RS-04f: which claims tell an access token from an ID token can be configured', async () => {
  await using own = await startBearerWorld({
    provider: world.provider,
    auth: { accessTokenMarks: ['tenantId'] },
  });
  const plain = { client_id: undefined, scope: undefined };
  const marked = await make({ ...plain, tenantId: 'north' }, { typ: 'JWT' });
  expect((await own.bear(marked)).status).toBe(200);
  expect((await world.bear(marked)).status).toBe(401);
  expect((await own.bear(await make({}, { typ: 'JWT' }))).status).toBe(401);
  expect((await own.bear(await make({ tenantId: 'north', nonce: 'n' }, { typ: 'JWT' }))).status).toBe(401);
});

it('RS-04e: with accessTokenTyp strict only at+jwt is taken', async () => {
  await using strict = await startBearerWorld({
    provider: world.provider,
    auth: { accessTokenTyp: 'strict' },
  });
  for (const typ of ['at+jwt', 'application/at+jwt', 'AT+JWT']) {
    expect((await strict.bear(await make({}, { typ }))).status, typ).toBe(200);
  }
  for (const typ of ['JWT', undefined, 'jwt']) {
    expect((await strict.bear(await make({}, { typ }))).status, String(typ)).toBe(401);
  }
});

it('RS-04c: with an audience configured the client id and the base URL count no more', async () => {
  const audience = 'https://api.example/reports';
  await using api = await startBearerWorld({ provider: world.provider, auth: { audience } });
  expect((await api.bear(await make({ aud: ['x', audience] }))).status).toBe(200);
  for (const aud of [testClient.clientId, api.url, `${audience}/`, 'https://api.example']) {
    expect((await api.bear(await make({ aud }))).status, aud).toBe(401);
  }
  expect((await world.bear(await make({ aud: world.url }))).status).toBe(200);
});
