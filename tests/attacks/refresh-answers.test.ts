// Refreshed tokens that are about somebody or something else, and refusals: the session ends, and nothing is learnt.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BrowserClient, Visit } from '../support/browser-client.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { cookieHeader, type RefreshWorld, startRefreshWorld, tokenLife } from '../support/refresh-world.ts';
import { answer, json, oauthError } from '../support/scripted-provider/answers.ts';
import type { Json, RawAnswer } from '../support/scripted-provider/types.ts';

let redis: TestRedis;
let world: RefreshWorld;
beforeAll(async () => {
  redis = await startRedis();
  world = await startRefreshWorld({ redis });
});
beforeEach(async () => {
  world.provider.reset();
  await redis.flush();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await redis.stop();
});

const setsNoSession = (visit: Visit): void => {
  expect(visit.setCookies.join('\n')).not.toMatch(/latchkey\.(?:sid|token)[^=]*=[^;]/);
};

/** The session is over at both doors and in the store, for these cookies and for ever. */
const expectEnded = async (browser: BrowserClient, kind: 'page' | 'api'): Promise<void> => {
  const sessionEnds = world.events.filter(({ type }) => type === 'session_ended').length;
  const cookie = cookieHeader(world, browser);
  world.provider.forgetCalls();
  if (kind === 'page') {
    const page = await browser.get(`${world.url}/page`);
    expect(page.status).toBe(302);
    expect(page.location).toContain(`${world.provider.issuer}/authorize?`);
    setsNoSession(page);
  } else {
    const api = await browser.fetchJson(`${world.url}/api/who`);
    expect(api.status).toBe(401);
    expect(api.headers['www-authenticate']).toContain('error="invalid_token"');
    expect(api.json()).toMatchObject({ code: 'unauthenticated' });
    setsNoSession(api);
  }
  expect(world.refreshes()).toHaveLength(1);
  expect(world.events.filter(({ type }) => type === 'session_ended')).toHaveLength(sessionEnds + 1);
  expect(await redis.keys('latchkey:[svl]*')).toEqual([]);
  for (const name of ['idTokenClaims', 'signIdToken', 'userinfo'] as const)
    world.provider.bend[name] = undefined;
  world.provider.bend.raw = {};
  const again = await world.browser().fetchJson(`${world.url}/api/who`, { headers: { cookie } });
  expect(again.status).toBe(401);
  expect(world.refreshes()).toHaveLength(1);
};

const kinds = ['page', 'api'] as const;
const others: readonly (readonly [string, (claims: Json) => Json])[] = [
  ['RT-03, OR-29b: another sub', (claims) => ({ ...claims, sub: 'user-eve' })],
  ['RT-03: a sub in other letters', (claims) => ({ ...claims, sub: 'USER-ADA' })],
  ['RT-03: no sub', ({ sub: _, ...claims }) => claims],
  ['RT-04a, OR-29a: another iss', (claims) => ({ ...claims, iss: 'https://other.example' })],
  ['RT-04a: another aud', (claims) => ({ ...claims, aud: 'another client' })],
  ['RT-04a: one more aud', (claims) => ({ ...claims, aud: [claims.aud, 'another client'] })],
  ['RT-04a: another azp', (claims) => ({ ...claims, azp: 'another client' })],
  ['RT-04b: another auth_time', (claims) => ({ ...claims, auth_time: Number(claims.auth_time) + 1 })],
  ['RT-04c: another nonce', (claims) => ({ ...claims, nonce: 'another' })],
  ['RT-04: an at_hash of another token', (claims) => ({ ...claims, at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' })],
  ['RT-04: an exp that has passed', (claims) => ({ ...claims, exp: Number(claims.iat) - 60 })],
];

describe.each(kinds)('a refreshed ID token that is not the one of this login, seen by a %s', (kind) => {
  it.each(others)('%s: the session ends, and userinfo is not asked', async (_what, change) => {
    const browser = await world.signedIn('due');
    world.provider.bend.idTokenClaims = change;
    await expectEnded(browser, kind);
    expect(world.provider.calls('userinfo')).toEqual([]);
  });

  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const forged: readonly (readonly [string, (honest: string, claims: Json) => string])[] = [
    ['a forged signature', (honest) => `${honest.slice(0, -8)}AAAAAAAA`],
    ['no signature', (_honest, claims) => `${encode({ alg: 'none' })}.${encode(claims)}.`],
    ['another algorithm', (_honest, claims) => `${encode({ alg: 'HS256' })}.${encode(claims)}.AAAA`],
    [
      'a crit header',
      (_honest, claims) => `${encode({ alg: 'RS256', crit: ['x'], x: 1 })}.${encode(claims)}.AA`,
    ],
    ['five parts', () => 'a.b.c.d.e'],
    ['no form at all', () => 'garbage'],
    ['no claims', () => `${encode({ alg: 'RS256' })}.${encode([])}.AAAA`],
    ['a header that is no JSON', () => 'AAAA.AAAA.AAAA'],
    ['claims that are no JSON', () => `${encode({ alg: 'RS256' })}.AAAA.AAAA`],
  ];
  it.each(forged)('RT-03: an ID token with %s: the session ends', async (_what, forge) => {
    const browser = await world.signedIn('due');
    world.provider.bend.signIdToken = async (claims, { honest }) => forge(await honest(), claims);
    await expectEnded(browser, kind);
    expect(world.provider.calls('userinfo')).toEqual([]);
  });

  it('RT-03: userinfo about somebody else: the session ends, and nobody sees a name', async () => {
    const browser = await world.signedIn('due');
    world.provider.bend.userinfo = (claims) => ({ ...claims, sub: 'user-eve', name: 'Eve' });
    await expectEnded(browser, kind);
  });
});

it('RT-04b, RT-04c: the same auth_time and nonce, or none, are right', async () => {
  let nonce: unknown;
  world.provider.bend.idTokenClaims = (claims) => {
    nonce ??= claims.nonce;
  };
  const browser = await world.signedIn('due');
  world.provider.bend.idTokenClaims = (claims) => ({ ...claims, nonce });
  expect((await world.who(browser)).status).toBe(200);
  world.advance(tokenLife.due);
  world.provider.bend.idTokenClaims = ({ auth_time: _, ...claims }) => claims;
  expect((await world.who(browser)).status).toBe(200);
  expect(world.refreshes()).toHaveLength(2);
});

describe.each(kinds)('a provider that refuses to refresh, seen by a %s', (kind) => {
  const refusals: readonly (readonly [string, RawAnswer])[] = [
    ['invalid_grant', oauthError('invalid_grant')],
    ['invalid_grant with 401', oauthError('invalid_grant', 401)],
    ['invalid_grant with 403', oauthError('invalid_grant', 403)],
    ['an unknown error', oauthError('session_over')],
    ['an empty body', answer(400)],
    ['a page', answer(403, '<h1>Forbidden</h1>', { 'content-type': 'text/html' })],
    ['an array', json([], 400)],
  ];
  it.each(refusals)('RT-05a: with %s: the session ends', async (_what, raw) => {
    const browser = await world.signedIn('due');
    world.provider.bend.raw.token = raw;
    await expectEnded(browser, kind);
  });
});

it('RT-05a: after it the person signs in again and is back on the page', async () => {
  const browser = await world.signedIn('due');
  world.provider.bend.raw.token = oauthError('invalid_grant');
  const page = await browser.get(`${world.url}/page`);
  world.provider.bend.raw = {};
  expect((await browser.followAll(page)).body).toBe('page of Ada Lovelace');
});

it('OR-28: a rotated refresh token is used, and userinfo is asked with the new access token', async () => {
  const browser = await world.signedIn();
  for (let round = 0; round < 3; round += 1) {
    world.advance(tokenLife.due);
    world.provider.forgetCalls();
    const { token, status } = await world.who(browser);
    expect(status).toBe(200);
    expect(world.refreshes()).toHaveLength(1);
    expect(world.provider.calls('userinfo').map(({ headers }) => headers.authorization)).toEqual([
      `Bearer ${token}`,
    ]);
  }
});

it('RT-02a: the rotated refresh token is the one that is kept', async () => {
  const browser = await world.signedIn('due');
  await world.who(browser);
  world.advance(tokenLife.due);
  await world.who(browser);
  const [first, second] = world.refreshes().map(({ form }) => form.get('refresh_token') ?? '');
  expect(second).not.toBe(first);
  expect(world.provider.memory.refreshTokens.get(second ?? '')?.isRevoked).toBe(false);
});

it.each(['openid profile email offline_access admin', 'admin', 'openid admin:all offline_access profile'])(
  'RT-06a: a scope beyond what was granted (%s) gives nothing more',
  async (scope) => {
    const browser = await world.signedIn();
    const before = (await world.who(browser)).scope;
    world.advance(tokenLife.due);
    world.provider.bend.tokenResponse = (response) => ({ ...response, scope });
    const after = (await world.who(browser)).scope;
    expect(before).toEqual(expect.arrayContaining([...after]));
    expect(after).toEqual(before.filter((name) => scope.split(' ').includes(name)));
    expect(world.refreshes()).toHaveLength(1);
  },
);

it('RT-06b: a refresh token goes to the provider that gave it, and to no other', async () => {
  const browser = await world.signedIn('due');
  await using other = await startRefreshWorld({ redis });
  other.advance((world.now() - other.now()) / 1000);
  const headers = { cookie: cookieHeader(world, browser) };
  const visit = await other.browser().fetchJson(`${other.url}/api/who`, { headers });
  expect(visit.status).toBe(401);
  expect(other.provider.calls('token')).toEqual([]);
  expect(other.provider.calls('revocation')).toEqual([]);
});
