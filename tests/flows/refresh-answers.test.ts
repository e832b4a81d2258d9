// What a provider may leave out of a refresh, and what it may change by one: rights, scope, names.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RefreshWorld, startRefreshWorld, tokenLife } from '../support/refresh-world.ts';
import { answer, hangUp } from '../support/scripted-provider/answers.ts';
import type { IssueContext, Json } from '../support/scripted-provider/types.ts';

let world: RefreshWorld;
beforeAll(async () => {
  world = await startRefreshWorld();
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.provider.reset());

/** Bends refreshes alone; logins stay honest. */
const onRefresh =
  (bend: (value: Json) => Json) =>
  (value: Json, { grantType }: IssueContext): Json =>
    grantType === 'refresh_token' ? bend(value) : value;
const without = (name: string) =>
  onRefresh((value) => Object.fromEntries(Object.entries(value).filter(([key]) => key !== name)));

describe('a provider that leaves things out', () => {
  it('no new refresh token: the old one is used again', async () => {
    const { provider } = world;
    const browser = await world.signedIn('due');
    provider.bend.tokenResponse = without('refresh_token');
    await world.who(browser);
    world.advance(tokenLife.due);
    await world.who(browser);
    const [first, second] = world.refreshes().map(({ form }) => form.get('refresh_token'));
    expect(world.refreshes()).toHaveLength(2);
    expect(second).toBe(first);
  });

  it('no ID token: the person and what they may do stay, and the old one is the hint at the logout', async () => {
    const { provider } = world;
    let idToken = '';
    provider.bend.tokenResponse = (value) => {
      idToken = String(value.id_token);
    };
    const browser = await world.signedIn('due');
    provider.bend.tokenResponse = without('id_token');
    const who = await world.who(browser, '/reports');
    expect(who).toMatchObject({ status: 200, name: 'Ada Lovelace', permissions: ['reports:read'] });
    expect(world.refreshes()).toHaveLength(1);
    const out = await browser.post(`${world.url}/logout`);
    expect(new URL(out.location ?? '').searchParams.get('id_token_hint')).toBe(idToken);
  });

  it.each(['scope', 'expires_in'])('no %s: what was granted stays', async (name) => {
    const browser = await world.signedIn();
    const { scope } = await world.who(browser);
    expect(scope).toContain('email');
    world.advance(tokenLife.due);
    world.provider.bend.tokenResponse = without(name);
    const who = await world.who(browser);
    expect(who).toMatchObject({ status: 200, scope });
    expect(who.expiresAt).toBeGreaterThan(world.now() + 3_590_000);
    expect(world.refreshes()).toHaveLength(1);
  });

  it.each([
    ['hangs up', hangUp()],
    ['answers 500', answer(500)],
    ['answers 429', answer(429)],
    ['answers 404', answer(404)],
    ['shows a page', answer(200, '<h1>Hi</h1>', { 'content-type': 'text/html' })],
  ])('no userinfo, since it %s: the person stays who they are, and gains nothing', async (_what, raw) => {
    const browser = await world.signedIn('due');
    world.provider.bend.raw.userinfo = raw;
    const who = await world.who(browser, '/reports');
    expect(who).toMatchObject({ status: 200, name: 'Ada Lovelace', permissions: ['reports:read'] });
    expect(world.refreshes()).toHaveLength(1);
  });
});

describe('a provider that changes things', () => {
  it('permissions taken away and given are in effect with the very request that refreshed', async () => {
    const browser = await world.signedIn();
    expect((await browser.get(`${world.url}/reports`)).status).toBe(200);
    const say = (permissions: unknown) => {
      world.provider.bend.idTokenClaims = onRefresh((claims) => ({ ...claims, permissions }));
      world.advance(tokenLife.due);
    };
    say(['other']);
    expect((await browser.get(`${world.url}/reports`)).status).toBe(403);
    expect((await world.who(browser)).permissions).toEqual(['other']);
    say(undefined);
    expect((await world.who(browser)).permissions).toEqual([]);
    say(['reports:read']);
    expect((await browser.get(`${world.url}/reports`)).status).toBe(200);
    expect(world.refreshes()).toHaveLength(3);
  });

  it('a new name at userinfo is the person’s name from then on', async () => {
    const browser = await world.signedIn('due');
    world.provider.bend.userinfo = (claims) => ({ ...claims, name: 'Ada King' });
    expect((await browser.get(`${world.url}/page`)).body).toBe('page of Ada King');
    expect((await world.who(browser)).name).toBe('Ada King');
  });

  it('rights from userinfo stay as they were while userinfo is away, and follow it afterwards', async () => {
    await using strict = await startRefreshWorld({ auth: { authorizationFrom: ['userinfo'] } });
    const browser = await strict.signedIn('due');
    strict.provider.bend.raw.userinfo = answer(503);
    strict.provider.bend.idTokenClaims = (claims) => ({ ...claims, permissions: ['admin'] });
    expect((await strict.who(browser)).permissions).toEqual(['reports:read']);
    delete strict.provider.bend.raw.userinfo;
    strict.provider.bend.userinfo = (claims) => ({ ...claims, permissions: [] });
    strict.advance(tokenLife.due);
    expect((await strict.who(browser)).permissions).toEqual([]);
    expect(strict.refreshes()).toHaveLength(2);
  });

  it('a narrower scope narrows for good; what is given back later is more than was there', async () => {
    const browser = await world.signedIn('due');
    const say = (scope: string) => {
      world.provider.bend.tokenResponse = onRefresh((response) => ({ ...response, scope }));
    };
    say('openid profile offline_access');
    expect((await world.who(browser)).scope).toEqual(['openid', 'profile', 'offline_access']);
    say('openid profile email offline_access');
    world.advance(tokenLife.due);
    expect((await world.who(browser)).scope).toEqual(['openid', 'profile', 'offline_access']);
  });

  it('a shorter life of the token is the one that counts', async () => {
    const browser = await world.signedIn('due');
    world.provider.accessTokenSeconds = 60;
    const who = await world.who(browser);
    expect(who.visit.setCookies[0]).toMatch(/Max-Age=(?:60|59);/);
    world.advance(50);
    await world.who(browser);
    expect(world.refreshes()).toHaveLength(2);
  });

  it('the size of its tokens: cookies in parts and references come and go, and none is left behind', async () => {
    const browser = await world.signedIn();
    const sizes: readonly (readonly [number, string])[] = [
      [4500, 'latchkey.rounds latchkey.sid latchkey.token.0 latchkey.token.1'],
      [20_000, 'latchkey.rounds latchkey.sid latchkey.token'],
      [4600, 'latchkey.rounds latchkey.sid latchkey.token.0 latchkey.token.1'],
      [50, 'latchkey.rounds latchkey.sid latchkey.token'],
    ];
    for (const [size, names] of sizes) {
      world.provider.bend.accessToken = () => 'a'.repeat(size);
      world.advance(tokenLife.due);
      const refreshed = await world.who(browser);
      expect([refreshed.status, refreshed.token?.length]).toEqual([200, size]);
      expect([...browser.cookies.names(world.url)].sort().join(' ')).toBe(names);
      world.advance(61);
      expect((await world.who(browser)).token).toHaveLength(size);
    }
    expect(world.refreshes()).toHaveLength(sizes.length);
  });

  it('its signing keys: the session goes on', async () => {
    const browser = await world.signedIn('due');
    await world.provider.rotateKeys({ keepOld: false });
    expect(await world.who(browser)).toMatchObject({ status: 200, subject: 'user-ada' });
    expect(world.refreshes()).toHaveLength(1);
  });

  it('its signing keys, and shows nobody the new ones: the new tokens are kept, the new ID token is not used', async () => {
    const browser = await world.signedIn('due');
    await world.provider.rotateKeys({ keepOld: false });
    world.provider.bend.raw.jwks = answer(503);
    expect(await world.who(browser)).toMatchObject({ status: 200, subject: 'user-ada' });
    world.advance(tokenLife.due);
    // The refresh token from the first refresh works, so it was kept.
    expect(await world.who(browser)).toMatchObject({ status: 200, subject: 'user-ada' });
    expect(world.refreshes()).toHaveLength(2);
  });

  it('its signing keys, shows nobody the new ones, and speaks of somebody else: the session ends', async () => {
    const browser = await world.signedIn('due');
    await world.provider.rotateKeys({ keepOld: false });
    world.provider.bend.raw.jwks = answer(503);
    world.provider.bend.idTokenClaims = (claims) => void Object.assign(claims, { sub: 'user-eve' });
    expect((await world.who(browser)).status).toBe(401);
  });
});
