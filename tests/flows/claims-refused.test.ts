// Userinfo that refuses the token or speaks of somebody else: one renewal at most, and no session on a doubtful footing.
import { beforeEach, describe, expect, it } from 'vitest';
import { allAtOnce, type ClaimsWorld, startClaimsWorld } from '../support/claims-world.ts';
import { json } from '../support/scripted-provider/answers.ts';

const ways = [
  ['a page that asks anew', '/anew', 0],
  ['a visit after the time', '/page', 301],
] as const;

const unauthorized = (challenge: boolean) =>
  json(
    { error: 'invalid_token' },
    401,
    challenge ? { 'www-authenticate': 'Bearer error="invalid_token"' } : {},
  );

describe.each(ways)('%s', (_title, path, seconds) => {
  let world: ClaimsWorld;
  beforeEach(async () => {
    world = await startClaimsWorld({ auth: { userinfoSeconds: 300 } }, (app, auth) => {
      const maybe = auth.currentUser({ refresh: path === '/anew', optional: true });
      app.get('/maybe', maybe, auth.currentUser(), (_req, res) => void res.json({}));
    });
  });
  const ready = async () => {
    const browser = await world.signedIn();
    world.advance(seconds);
    world.provider.forgetCalls();
    return browser;
  };

  it('401 once: one refresh, one more call, and the page is there with the new token', async () => {
    await using _world = world;
    const browser = await ready();
    world.provider.memory.accessTokens.clear();
    world.provider.bend.userinfo = async (claims) => {
      await new Promise((resolve) => setTimeout(resolve, 60));
      return { ...claims, name: 'Ada King' };
    };
    expect(await allAtOnce(world, browser, path, 10)).toEqual(Array(10).fill(200));
    expect([world.asked().length, world.refreshes().length]).toEqual([2, 1]);
    const visit = await browser.get(world.url + path);
    expect(visit.status).toBe(200);
    // Requests at once had other cookie jars: here the new token is handed out.
    expect(visit.setCookies.join()).toMatch(/^latchkey\.token=[^;]/);
    world.advance(61);
    expect((await world.who(browser)).name).toBe('Ada King');
    expect(world.refreshes()).toHaveLength(1);
    expect(world.ended()).toEqual([]);
  });

  it.each([true, false])(
    '401 twice (challenge: %s): the session ends, its tokens are revoked',
    async (challenge) => {
      await using _world = world;
      const browser = await ready();
      world.provider.bend.raw.userinfo = unauthorized(challenge);
      expect((await browser.fetchJson(world.url + path)).status).toBe(401);
      expect([world.asked().length, world.refreshes().length]).toEqual([2, 1]);
      expect(world.ended()).toEqual(['user-ada userinfo_refused']);
      expect(world.provider.calls('revocation')).toHaveLength(1);
      delete world.provider.bend.raw.userinfo;
      const page = await browser.get(`${world.url}/page`);
      expect([page.status, new URL(page.location ?? '').origin]).toEqual([302, world.provider.origin]);
    },
  );

  it('401 without a refresh token: the session ends at once', async () => {
    await using _world = world;
    world.provider.refreshTokens = 'never';
    const browser = await ready();
    world.provider.bend.raw.userinfo = unauthorized(true);
    expect((await browser.fetchJson(world.url + path)).status).toBe(401);
    expect([world.asked().length, world.refreshes().length]).toEqual([1, 0]);
    expect(world.ended()).toEqual(['user-ada userinfo_refused']);
  });

  it('401 and a refresh that is refused as well: the session ends for that reason', async () => {
    await using _world = world;
    const browser = await ready();
    world.provider.memory.accessTokens.clear();
    world.provider.memory.refreshTokens.clear();
    expect((await browser.fetchJson(world.url + path)).status).toBe(401);
    expect(world.ended()).toEqual(['user-ada refresh_refused']);
    expect(world.asked()).toHaveLength(1);
  });

  it('401 and a token endpoint that is away: nobody is signed out for it', async () => {
    await using _world = world;
    const browser = await ready();
    world.provider.memory.accessTokens.clear();
    world.provider.bend.raw.token = json({}, 503);
    expect((await browser.fetchJson(world.url + path)).status).toBe(path === '/anew' ? 503 : 200);
    expect((await world.who(browser)).status).toBe(200);
    expect(world.ended()).toEqual([]);
    expect(world.failures()).toHaveLength(1);
  });

  it('UI-01a: claims about somebody else end the session and revoke its tokens', async () => {
    await using _world = world;
    const browser = await ready();
    world.say({ sub: 'user-eve', name: 'Eve', permissions: ['admin'] });
    const visit = await browser.fetchJson(world.url + path);
    expect(visit.status).toBe(401);
    expect(visit.body).not.toContain('Eve');
    expect(world.ended()).toEqual(['user-ada other_subject']);
    expect(world.provider.calls('revocation')).toHaveLength(1);
    expect(await world.whoIs(browser)).toBe('401');
  });

  it('a guard behind the one that ended the session does not let the same request in', async () => {
    await using _world = world;
    const browser = await ready();
    world.say({ sub: 'user-eve' });
    expect((await browser.fetchJson(`${world.url}/maybe`)).status).toBe(401);
    expect(world.ended()).toEqual(['user-ada other_subject']);
  });
});
