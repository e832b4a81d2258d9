// Opaque bearer tokens: what the introspection endpoint says is checked, kept for a while, and an outage is no answer.
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BearerWorld, challengeOf, opaque, startBearerWorld } from '../support/bearer-world.ts';
import type { Json } from '../support/scripted-provider/types.ts';
import { testClient } from '../support/scripted-provider.ts';

let world: BearerWorld;
beforeAll(async () => {
  world = await startBearerWorld();
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.provider.reset());

const issue = (scope?: readonly string[]) => opaque(world.provider, scope);
const now = () => world.provider.nowSeconds();
const answerWith =
  (status: number, error = 'server_error') =>
  (_request: unknown, response: ServerResponse) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));

it('takes a token that the provider calls active', async () => {
  const answer = await world.bear(issue().token, '/scope');
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.body).auth).toMatchObject({
    kind: 'bearer',
    subject: 'user-ada',
    issuer: world.provider.issuer,
    clientId: testClient.clientId,
    scope: ['reports'],
    permissions: ['reports:read'],
    roles: ['analyst'],
    session: null,
  });
  const [call] = world.provider.calls('introspection');
  expect(call?.form.get('token_type_hint')).toBe('access_token');
});

describe('a token that is not good', () => {
  it.each<[string, string, () => Json | ((answer: Json) => void)]>([
    ['RS-10a', 'is not active', () => ({ active: false })],
    ['RS-10b', 'is for another audience', () => ({ aud: 'https://other.example' })],
    ['RS-10b', 'is for other audiences', () => ({ aud: ['x', `${testClient.clientId}-2`] })],
    ['RS-10b', 'was given to another client and names no audience', () => ({ client_id: 'other' })],
    ['RS-10b', 'names neither client nor audience', () => ({ client_id: undefined })],
    ['RS-10b', 'ended a minute ago', () => ({ exp: now() - 60 })],
    ['RS-10b', 'has an end that is a text', () => ({ exp: 'never' })],
    ['RS-10b', 'begins later', () => ({ nbf: now() + 60 })],
    ['RS-10b', 'comes from the future', () => ({ iat: now() + 60 })],
    ['RS-10b', 'is from another issuer', () => ({ iss: 'https://other.example' })],
    ['RS-10b', 'is a refresh token by its typ', () => ({ typ: 'Refresh' })],
    ['RS-10b', 'is a refresh token that names no kind', () => ({ token_type: undefined })],
    ['RS-10b', 'has another type', () => ({ token_type: 'N_A' })],
    ['RS-11a', 'is a DPoP token', () => ({ token_type: 'DPoP' })],
    ['RS-11a', 'is bound to a key', () => ({ cnf: { jkt: 'x' } })],
    ['RS-12a', 'is bound to a certificate', () => ({ cnf: { 'x5t#S256': 'x' } })],
    ['RS-10b', 'has a subject that is a number', () => ({ sub: 7 })],
  ])('%s: one that %s is 401', async (_id, _what, change) => {
    const { token } = issue();
    world.provider.bend.introspection = (answer) => ({ ...answer, ...change() });
    for (const path of ['/token', '/optional', '/user']) {
      const answer = await world.bear(token, path);
      expect(answer.status, path).toBe(401);
      expect(challengeOf(answer).error).toBe('invalid_token');
      expect(answer.body).not.toContain('"ran"');
    }
  });

  it.each<[string, Json]>([
    ['names us as audience', { aud: [testClient.clientId], client_id: 'other', token_type: undefined }],
    ['has no end of its own', { exp: undefined }],
    ['has lower-case type', { token_type: 'bearer' }],
    ['acts for a client alone', { sub: undefined, username: undefined }],
  ])('one that %s is good', async (_what, change) => {
    world.provider.bend.introspection = (answer) => ({ ...answer, ...change });
    const answer = await world.bear(issue().token);
    expect(answer.status).toBe(200);
    const { subject } = JSON.parse(answer.body).auth;
    expect(subject).toBe('username' in change ? testClient.clientId : 'user-ada');
  });

  it('RS-10b: a token that names no audience is refused where one is configured', async () => {
    const audience = 'https://api.example';
    await using api = await startBearerWorld({ provider: world.provider, auth: { audience } });
    expect((await api.bear(issue().token)).status).toBe(401);
    world.provider.bend.introspection = (answer) => ({ ...answer, aud: audience });
    expect((await api.bear(issue().token)).status).toBe(200);
  });
});

describe('RS-10c: while the provider gives no answer', () => {
  it.each<[string, () => void]>([
    ['500', () => (world.provider.bend.raw.introspection = answerWith(500))],
    ['503', () => (world.provider.bend.raw.introspection = answerWith(503))],
    ['429', () => (world.provider.bend.raw.introspection = answerWith(429))],
    ['silence', () => (world.provider.bend.raw.introspection = () => {})],
    [
      'a broken line',
      () => (world.provider.bend.raw.introspection = (request) => void request.socket.destroy()),
    ],
  ])(
    '(%s) the API answers 503 at every guard, and the token is good as soon as it is back',
    async (_how, breakIt) => {
      const { token } = issue();
      breakIt();
      for (const path of ['/token', '/optional']) {
        const answer = await world.bear(token, path);
        expect(answer.status, path).toBe(503);
        expect(answer.headers['retry-after']).toBeDefined();
        expect(answer.body).not.toContain('"ran"');
        expect(JSON.parse(answer.body).code).toBe('provider_unavailable');
      }
      world.provider.bend.raw.introspection = undefined;
      expect((await world.bear(token)).status).toBe(200);
    },
  );

  it('a provider that refuses our own credentials is a fault of the installation, and nobody gets in', async () => {
    world.provider.bend.raw.introspection = answerWith(401, 'invalid_client');
    for (const path of ['/token', '/optional']) {
      const answer = await world.bear(issue().token, path);
      expect([answer.status, JSON.parse(answer.body).code]).toEqual([502, 'client_rejected']);
    }
  });

  it.each<[string, (answer: Json) => unknown]>([
    ['no JSON object', () => []],
    ['active as a text', (answer) => ({ ...answer, active: 'true' })],
    ['no active at all', (answer) => ({ ...answer, active: undefined })],
  ])('an answer with %s is neither yes nor no', async (_what, bend) => {
    world.provider.bend.introspection = bend;
    const answer = await world.bear(issue().token);
    expect(answer.status).toBe(502);
    expect(answer.body).not.toContain('"ran"');
  });
});
