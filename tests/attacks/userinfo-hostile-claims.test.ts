// Claims made to hurt: prototypes, claims of authority, huge and deep documents, and addresses to fetch.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { type AttackerServer, startAttackerServer } from '../support/attacker-server.ts';
import type { BrowserClient } from '../support/browser-client.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { deepJson, json, jsonText } from '../support/scripted-provider/answers.ts';
import { withRawClaim } from '../support/scripted-provider/forge.ts';

let redis: TestRedis;
let world: AppWorld;
let attacker: AttackerServer;
beforeAll(async () => {
  redis = await startRedis();
  attacker = await startAttackerServer();
  world = await startAppWorld({ redis });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await attacker.close();
  await redis.stop();
});
const plain = { sub: 'user-ada', name: 'Ada Lovelace' };
beforeEach(async () => {
  world.provider.reset();
  world.provider.user = plain;
  await redis.flush();
});

interface Me {
  readonly permissions: readonly string[];
  readonly roles: readonly string[];
  readonly scope: readonly string[];
  readonly acr: string | null;
  readonly authTime: number;
  readonly expiresAt: string;
  readonly user: Record<string, unknown>;
}
const me = async (browser: BrowserClient): Promise<Me> =>
  (await browser.fetchJson(`${world.url}/api/me`)).json<Me>();
const recordBytes = async (): Promise<number> => {
  const [key = ''] = await redis.keys('*session:*');
  return Number(await redis.send('STRLEN', key));
};

const pollutions = [
  '"__proto__":{"permissions":["reports:read"],"roles":["admin"],"isAdmin":true,"polluted":1}',
  '"constructor":{"prototype":{"permissions":["reports:read"],"polluted":1}}',
  '"prototype":{"polluted":1}',
  '"address":{"__proto__":{"permissions":["reports:read"],"polluted":1}}',
  '"permissions":{"__proto__":["reports:read"],"length":1,"0":"reports:read"}',
];

describe.each(['userinfo', 'the ID token'])('UI-04: in %s', (place) => {
  it.each(pollutions)('UI-04: %s gives no permission and changes no other object', async (member) => {
    if (place === 'userinfo') {
      world.provider.bend.raw.userinfo = jsonText(`${JSON.stringify(plain).slice(0, -1)},${member}}`);
    } else {
      world.provider.bend.signIdToken = (claims, { key }) => withRawClaim(key, claims, member);
    }
    const browser = world.browser();
    expect((await world.signIn(browser)).status).toBe(200);
    const { permissions, roles, user } = await me(browser);
    expect({ permissions, roles }).toEqual({ permissions: [], roles: [] });
    expect(JSON.stringify(user)).not.toContain('polluted');
    expect((await browser.get(`${world.url}/protected/permission`)).status).toBe(403);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(({} as Record<string, unknown>).permissions).toBeUndefined();
  });
});

it('UI-05a: userinfo cannot raise scope, permissions, roles, strength or lifetime of a login', async () => {
  const wishes = {
    ...{ scope: 'openid admin reports', permissions: ['reports:read', 'admin'], roles: ['admin'] },
    ...{ acr: 'gold', amr: ['hwk'], auth_time: 9_999_999_999, exp: 9_999_999_999, iat: 9_999_999_999 },
    ...{ iss: 'https://evil.example', aud: 'everybody', sid: 'another', expires_in: 1e9 },
  };
  const honest = world.browser();
  await world.signIn(honest);
  const usual = await me(honest);
  world.provider.bend.userinfo = (claims) => ({ ...claims, ...wishes });
  const browser = world.browser();
  await world.signIn(browser);
  const raised = await me(browser);
  const { user: _, expiresAt, authTime, ...facts } = raised;
  const { user: __, expiresAt: usualEnd, authTime: usualTime, ...usualFacts } = usual;
  expect(facts).toEqual(usualFacts);
  expect(Math.abs(Date.parse(expiresAt) - Date.parse(usualEnd))).toBeLessThan(10_000);
  expect(Math.abs(authTime - usualTime)).toBeLessThan(10);
  for (const name of ['permissions', 'roles', 'acr', 'exp', 'iss', 'aud', 'auth_time', 'scope']) {
    expect(raised.user).not.toHaveProperty(name);
  }
});

it.each([
  ['permissions', 'a text with another name in it', 'reports:readall'],
  ['permissions', 'true', true],
  ['permissions', 'an object', { 'reports:read': true }],
  ['permissions', 'a list in a list', [['reports:read']]],
  ['permissions', 'a list with a number', ['reports:read', 1]],
  ['permissions', 'null', null],
])('UI-05b: %s as %s in the ID token grants nothing it does not say', async (name, _title, value) => {
  world.provider.bend.idTokenClaims = (claims) => void Object.assign(claims, { [name]: value });
  const browser = world.browser();
  expect((await world.signIn(browser)).status).toBe(200);
  expect((await browser.get(`${world.url}/protected/permission`)).status).toBe(403);
});

it.each([
  { email_verified: 'true' },
  { email_verified: 1 },
  { name: {} },
  { name: ['Ada'] },
  { name: null, given_name: 7, nickname: true, email: { toString: 'x' } },
  { picture: 'javascript:alert(1)', website: 'javascript:alert(1)', profile: 'data:text/html,x' },
  { updated_at: 'yesterday', address: 'a text', locale: 5 },
  { name: '<script>alert(1)</script>', preferred_username: '"><img src=x onerror=alert(1)>' },
  { name: '\u202Eecila', given_name: '\u0000\u001b[31m' },
])('UI-05b: pages are served for a person with the claims %j', async (claims) => {
  world.provider.bend.userinfo = (honest) => ({ ...honest, ...claims });
  const browser = world.browser();
  for (const path of ['/', '/protected', '/profile']) {
    const page = await world.signIn(browser, path === '/' ? '/login' : path);
    expect(page.status).toBe(200);
    expect(page.body).not.toMatch(/<script>alert|<img src=x|(?:src|href)="(?:javascript|data):/);
    expect(page.body).not.toContain('[object Object]');
  }
  expect((await me(browser)).user.email_verified).not.toBe('true');
});

const many = (count: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`claim_${index}`, index]));

it.each([
  ['UI-06a', '40,000 claims', () => json({ ...plain, ...many(40_000) }), 200],
  ['UI-06a', '100,000 claims', () => json({ ...plain, ...many(100_000) }), 502],
  ['UI-06a', 'one claim of 900 KB', () => json({ ...plain, story: 'x'.repeat(900_000) }), 200],
  ['UI-06a', 'a name of 900 KB', () => json({ ...plain, name: 'x'.repeat(900_000) }), 200],
  ['UI-06b', '10,000 levels', () => deepJson(10_000, plain), 200],
  ['UI-06b', '400,000 levels', () => deepJson(400_000, plain), 200],
] as const)(
  '%s: userinfo with %s neither ends the process nor fills the store',
  async (_id, _title, raw, status) => {
    world.provider.bend.raw.userinfo = raw();
    const browser = world.browser();
    const page = await world.signIn(browser);
    expect(page.status).toBe(status);
    expect(await world.whoIs(browser)).toBe(status === 200 ? 'user-ada' : '401');
    expect(await recordBytes()).toBeLessThan(8192);
    expect((await world.browser().get(world.url)).status).toBe(200);
  },
);

it('UI-06a: says in the log that claims were left out', async () => {
  world.provider.bend.raw.userinfo = json({ ...plain, ...many(1000) });
  await world.signIn(world.browser());
  const last = world.logLines().findLast(({ msg }) => msg === 'claims_trimmed');
  expect(last).toMatchObject({ level: 'warn', subject: 'user-ada' });
});

it.each([
  ['thousands of permissions', 5000, 150],
  ['hundreds of very long permissions', 480, 1900],
])('UI-06a: %s do not fill the store', async (_title, count, length) => {
  const permissions = Array.from({ length: count }, (_, index) => `${index}-${'x'.repeat(length)}`);
  world.provider.bend.userinfo = (claims) => ({ ...claims, permissions: ['reports:read', ...permissions] });
  const auth = { authorizationFrom: ['userinfo'] } as const;
  await using other = await startAppWorld({ provider: world.provider, redis, auth });
  const page = await other.signIn(other.browser(), '/protected/permission');
  expect(page.status).toBe(200);
  expect(await recordBytes()).toBeLessThan(128 * 1024);
});

it.each(['userinfo', 'the ID token'])('UI-08: fetches nothing that claims in %s point at', async (place) => {
  const claims = {
    _claim_names: { address: 'src1', permissions: 'src2' },
    _claim_sources: { src1: { endpoint: `${attacker.url}/a`, access_token: 'x' }, src2: { JWT: 'e30.e30.' } },
    picture: `${attacker.url}/picture.png`,
    profile: `${attacker.url}/profile`,
  };
  const add = (honest: Record<string, unknown>) => ({ ...honest, ...claims });
  if (place === 'userinfo') world.provider.bend.userinfo = add;
  else world.provider.bend.idTokenClaims = add;
  const browser = world.browser();
  expect((await world.signIn(browser, '/profile')).status).toBe(200);
  const { user, permissions } = await me(browser);
  expect(permissions).toEqual([]);
  expect(user).not.toHaveProperty('_claim_sources');
  expect(attacker.connections).toBe(0);
});
