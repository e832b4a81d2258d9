// Userinfo that has grown old: the next visit fetches it anew, once for everybody, and an outage changes nothing.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { allAtOnce, type ClaimsWorld, startClaimsWorld, storeKinds } from '../support/claims-world.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { answer } from '../support/scripted-provider/answers.ts';
import type { RawAnswer } from '../support/scripted-provider/types.ts';

declare module 'express-session' {
  interface SessionData {
    views?: number;
  }
}

const auth = { userinfoSeconds: 300 };

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

describe.each(storeKinds)('userinfo that counts for five minutes, sessions in %s', (kind) => {
  let world: ClaimsWorld;
  beforeEach(async () => {
    if (kind === 'redis') await redis.flush();
    const where = kind === 'redis' ? { redis } : { embeddedFile: kind === 'embedded file' };
    world = await startClaimsWorld({ ...where, auth });
  });

  it('UI-07c: what was taken away is gone after that time, and not before', async () => {
    await using _world = world;
    const browser = await world.signedIn();
    world.say({ permissions: [] });
    world.provider.forgetCalls();
    world.advance(295);
    expect((await world.who(browser, '/reports')).status).toBe(200);
    expect(world.asked()).toEqual([]);
    world.advance(6);
    expect((await world.who(browser, '/reports')).status).toBe(403);
    expect((await world.who(browser)).permissions).toEqual([]);
    world.say({ permissions: ['reports:read'], name: 'Ada King' });
    world.advance(290);
    expect((await world.who(browser, '/reports')).status).toBe(403);
    world.advance(11);
    expect(await world.who(browser, '/reports')).toMatchObject({ status: 200, name: 'Ada King' });
    expect(world.asked()).toHaveLength(2);
    expect(world.refreshes()).toEqual([]);
  });

  it('twenty visits at once cost one call, and none of them is refused', async () => {
    await using _world = world;
    const browser = await world.signedIn();
    world.advance(301);
    world.provider.forgetCalls();
    world.provider.bend.userinfo = async () => new Promise((resolve) => setTimeout(resolve, 60));
    expect(await allAtOnce(world, browser, '/reports', 20)).toEqual(Array(20).fill(200));
    expect(world.asked()).toHaveLength(1);
  });

  it('keeps what an app keeps in the session, and when the session ends', async () => {
    await using noting = await startClaimsWorld(
      { ...(kind === 'redis' ? { redis } : {}), auth },
      (app, guards) => {
        app.get('/note', guards.session(), guards.currentUser(), (req, res) => {
          const { views = 0 } = req.session;
          req.session.views = views + 1;
          res.json({ views, ends: req.auth?.session?.absoluteEndsAt });
        });
      },
    );
    await world[Symbol.asyncDispose]();
    const browser = await noting.signedIn();
    const first = (await browser.fetchJson(`${noting.url}/note`)).json();
    noting.say({ name: 'Ada King' });
    noting.advance(301);
    expect((await browser.fetchJson(`${noting.url}/note`)).json()).toEqual({
      ...(first as object),
      views: 1,
    });
    expect((await noting.who(browser)).name).toBe('Ada King');
    expect((await browser.fetchJson(`${noting.url}/note`)).json()).toMatchObject({ views: 2 });
  });
});

describe('a provider that does not say', () => {
  it.each<[string, RawAnswer | null]>([
    ['because it is away', null],
    ['but 503', answer(503)],
    ['but 403', answer(403)],
    ['but 404', answer(404)],
    ['but 400', answer(400)],
  ])(
    'anything %s: everybody keeps what they had and no more, and it is asked again after a moment',
    async (_how, raw) => {
      await using world = await startClaimsWorld({ auth });
      const browser = await world.signedIn();
      world.provider.user = { sub: 'user-ada', permissions: ['admin'] };
      if (raw === null) await world.provider.goDown();
      else world.provider.bend.raw.userinfo = raw;
      world.advance(301);
      world.provider.forgetCalls();
      for (let visit = 0; visit < 3; visit += 1) {
        const who = await world.who(browser, '/reports');
        expect(who).toMatchObject({ status: 200, permissions: ['reports:read'], name: 'Ada Lovelace' });
        expect(who.visit.setCookies).toEqual([]);
      }
      expect(world.failures()).toHaveLength(1);
      expect(world.refreshes()).toEqual([]);
      if (raw === null) await world.provider.comeBack();
      delete world.provider.bend.raw.userinfo;
      world.say({ permissions: [] });
      await expect
        .poll(async () => (await world.who(browser, '/reports')).status, { timeout: 4000 })
        .toBe(403);
    },
  );

  it('anything because it has no userinfo: pages are served, and it is not looked for at every visit', async () => {
    await using world = await startClaimsWorld({ redis, auth });
    world.provider.bend.discovery = (metadata) => void delete metadata.userinfo_endpoint;
    world.provider.bend.idTokenClaims = (claims) => ({ ...claims, name: 'Ada of the ID token' });
    const browser = await world.signedIn();
    world.advance(301);
    await world.who(browser);
    await redis.resetCommandCounts();
    for (let visit = 0; visit < 3; visit += 1) {
      expect(await browser.get(`${world.url}/page`)).toMatchObject({
        status: 200,
        body: 'page of Ada of the ID token',
      });
    }
    expect(await redis.commandCounts()).toEqual({ get: 3 });
    expect(world.failures()).toHaveLength(1);
  });
});
