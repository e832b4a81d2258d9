// An app answers refusals of programs in its own words, for every guard or for one.
import type { Request, Response } from 'express';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { memoryApiKeys } from '../../src/embedded.ts';
import { authorizationToken, type LatchkeyError, type User } from '../../src/index.ts';
import { type BearerWorld, mint, show, startBearerWorld } from '../support/bearer-world.ts';

const say = (who: string) => (_req: Request, res: Response, error: LatchkeyError) => {
  const { code, status, details } = error;
  res.status(418).json({ who, code, status, error: details.oauthError?.error ?? null });
};

const checked: (string | null)[] = [];
let world: BearerWorld;
beforeAll(async () => {
  const handlers = { onUnauthenticated: say('401s'), onForbidden: say('403s') };
  world = await startBearerWorld({ auth: { ...handlers, apiKeys: memoryApiKeys() } }, (app, auth) => {
    app.get('/plain', auth.authenticated(), show);
    app.get('/scope', auth.authenticated({ scope: ['reports'] }), show);
    const check = (_auth: unknown, _req: unknown, user: User | null) => {
      checked.push(user?.sub ?? null);
      return true;
    };
    app.get('/checked', auth.authenticated({ check }), auth.currentUser({ check }), show);
    app.get('/keys', auth.currentUser({ apiKeys: true, onUnauthenticated: say('own') }), show);
    app.get('/jwt', auth.authenticated({ token: authorizationToken({ scheme: 'JWT' }) }), show);
  });
});
afterAll(() => world[Symbol.asyncDispose]());

const unauthenticated = { code: 'unauthenticated', status: 401 };
it.each<[string, string, Record<string, string>, Record<string, unknown>]>([
  ['no token', '/plain', {}, { who: '401s', ...unauthenticated, error: null }],
  [
    'a bad token',
    '/plain',
    { authorization: 'Bearer x' },
    { who: '401s', ...unauthenticated, error: 'invalid_token' },
  ],
  [
    'a malformed header',
    '/plain',
    { authorization: 'Basic x' },
    { who: '401s', ...unauthenticated, error: 'invalid_token' },
  ],
  [
    'a token twice',
    '/plain?access_token=x',
    { authorization: 'Bearer x' },
    { who: '401s', code: 'credential_ambiguous', status: 400, error: 'invalid_request' },
  ],
  [
    'a key where none is taken',
    '/plain',
    { authorization: 'Token x' },
    { who: '403s', code: 'api_key_not_allowed', status: 403, error: null },
  ],
  [
    'a key that is unknown',
    '/keys',
    { 'x-api-key': 'x'.repeat(40) },
    { who: 'own', ...unauthenticated, error: 'invalid_token' },
  ],
])('%s', async (_what, path, headers, expected) => {
  const answer = await world.ask(path, headers);
  expect([answer.status, JSON.parse(answer.body)]).toEqual([418, expected]);
});

it('a scope that is missing', async () => {
  const answer = await world.bear(await mint(world.provider, { scope: 'other' }), '/scope');
  const expected = { who: '403s', code: 'insufficient_scope', status: 403, error: 'insufficient_scope' };
  expect([answer.status, JSON.parse(answer.body)]).toEqual([418, expected]);
});

it('B3: a guard may read another scheme, and takes neither Bearer nor a cookie then', async () => {
  const token = await mint(world.provider);
  const browser = world.browser();
  await world.signIn(browser, '/login');
  const cookie = browser.cookies.header(world.url, 'strict') ?? '';
  expect((await world.ask('/plain', { cookie })).status).toBe(200);
  for (const scheme of ['JWT', 'jwt']) {
    const answer = await world.ask('/jwt', { authorization: `${scheme} ${token}`, cookie });
    expect(JSON.parse(answer.body).auth).toMatchObject({ kind: 'bearer', subject: 'user-ada' });
  }
  for (const headers of [{ authorization: `Bearer ${token}` }, { cookie }, { 'x-api-key': token }]) {
    expect((await world.ask('/jwt', headers)).status).toBe(418);
  }
});

it('a check of its own is given the user where the guard asks who it is, and null where it does not', async () => {
  expect((await world.bear(await mint(world.provider), '/checked')).status).toBe(200);
  expect(checked).toEqual([null, 'user-ada']);
});
