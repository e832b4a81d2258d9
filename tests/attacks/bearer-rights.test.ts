// A good token that does not allow what is asked for with it: scope, permissions, roles, and how somebody signed in.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BearerWorld, challengeOf, mint, startBearerWorld } from '../support/bearer-world.ts';
import type { Json } from '../support/scripted-provider/types.ts';

let world: BearerWorld;
beforeAll(async () => {
  world = await startBearerWorld({ auth: { acrOrder: ['silver', 'gold'] } });
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.provider.reset());

const make = (claims: Json = {}) => mint(world.provider, claims);
const bearer = async (claims: Json = {}) => ({ authorization: `Bearer ${await make(claims)}` });

describe('RS-06: the scope', () => {
  it.each<[string, Json, number]>([
    ['is the one that is needed', { scope: 'reports' }, 200],
    ['has it among others', { scope: 'a reports  b' }, 200],
    ['is a list with it', { scope: ['a', 'reports'] }, 200],
    ['is an scp list with it', { scope: undefined, scp: ['reports'] }, 200],
    ['is an scp text with it', { scope: undefined, scp: 'a reports' }, 200],
    ['is absent', { scope: undefined }, 403],
    ['is empty', { scope: '' }, 403],
    ['is longer by a letter', { scope: 'reportss' }, 403],
    ['is shorter by a letter', { scope: 'report' }, 403],
    ['is in capitals', { scope: 'Reports' }, 403],
    ['is separated by commas', { scope: 'a,reports' }, 403],
    ['is an object', { scope: { reports: true } }, 403],
    ['is a list with a number', { scope: ['reports', 1] }, 403],
    ['is in the second claim only', { scope: 'a', scp: 'reports' }, 403],
  ])('RS-06: a token whose scope %s', async (_what, claims, status) => {
    const answer = await world.ask('/scope', await bearer(claims));
    expect(answer.status).toBe(status);
    if (status === 200) return;
    expect(challengeOf(answer)).toMatchObject({ error: 'insufficient_scope', scope: 'reports' });
    expect(JSON.parse(answer.body)).toMatchObject({
      code: 'insufficient_scope',
      error: 'insufficient_scope',
      needed: ['reports'],
    });
  });

  it('RS-06: is read where the configuration says', async () => {
    const auth = { scopeClaim: ['https://example.test/scope', 'scope'] };
    await using other = await startBearerWorld({ auth });
    const token = await mint(other.provider, { 'https://example.test/scope': 'reports', scope: 'a' });
    expect((await other.bear(token, '/scope')).status).toBe(200);
  });
});

it('RS-07: permissions and roles come from the token alone; none is 403 without any data', async () => {
  expect((await world.ask('/permission', await bearer({ permissions: ['reports:read'] }))).status).toBe(200);
  expect((await world.ask('/role', await bearer({ roles: 'analyst other' }))).status).toBe(200);
  for (const [path, claims] of [
    ['/permission', {}],
    ['/role', { roles: { analyst: true } }],
    ['/permission', { permissions: null }],
  ] as const) {
    const answer = await world.ask(path, await bearer(claims));
    expect(answer.status).toBe(403);
    expect(answer.body).not.toContain('"ran"');
    expect(challengeOf(answer).error).toBe('insufficient_scope');
  }
});

describe('RS-08: how and when the person signed in', () => {
  it.each<[string, string, Json, Record<string, string>]>([
    ['RS-08a: too low an acr', '/acr', { acr: 'silver' }, { acr_values: 'gold' }],
    ['RS-08c: no acr', '/acr', {}, { acr_values: 'gold' }],
    ['RS-08c: an acr of another shape', '/acr', { acr: ['gold'] }, { acr_values: 'gold' }],
    ['RS-08b: too old a login', '/fresh', { auth_time: 1_000_000 }, { max_age: '300' }],
    ['RS-08c: no auth_time', '/fresh', {}, { max_age: '300' }],
    ['RS-08c: a login in the future', '/fresh', { auth_time: 99_999_999_999 }, { max_age: '300' }],
  ])('%s is a step-up challenge and no redirect, for a page too', async (_what, path, claims, asks) => {
    const page = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', accept: 'text/html' };
    for (const more of [{}, page]) {
      const answer = await world.ask(path, { ...(await bearer(claims)), ...more });
      expect([answer.status, answer.headers.location]).toEqual([401, undefined]);
      expect(challengeOf(answer)).toMatchObject({ error: 'insufficient_user_authentication', ...asks });
    }
  });

  it('RS-08: what is enough is enough', async () => {
    expect((await world.ask('/acr', await bearer({ acr: 'gold' }))).status).toBe(200);
    const fresh = await bearer({ auth_time: world.provider.nowSeconds() - 200 });
    expect((await world.ask('/fresh', fresh)).status).toBe(200);
  });
});
