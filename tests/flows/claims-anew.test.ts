// A guard with `refresh: true`: what the provider says at this moment decides, and without the provider nobody decides.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/index.ts';
import { startLibraryWorld } from '../support/app-world.ts';
import { allAtOnce, type ClaimsWorld, startClaimsWorld, storeKinds } from '../support/claims-world.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { tokenLife } from '../support/refresh-world.ts';
import { answer, jsonText } from '../support/scripted-provider/answers.ts';
import type { RawAnswer } from '../support/scripted-provider/types.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

describe.each(storeKinds)('a page that asks the provider anew, sessions in %s', (kind) => {
  let world: ClaimsWorld;
  beforeAll(async () => {
    world = await startClaimsWorld(kind === 'redis' ? { redis } : { embeddedFile: kind === 'embedded file' });
  });
  afterAll(() => world[Symbol.asyncDispose]());
  beforeEach(async () => {
    world.provider.reset();
    if (kind === 'redis') await redis.flush();
  });

  it('UI-07c: a permission that was taken away is gone with the next request, for pages without `refresh` too', async () => {
    const browser = await world.signedIn();
    expect((await world.who(browser, '/anew/reports')).status).toBe(200);
    world.say({ permissions: [] });
    expect((await world.who(browser, '/reports')).status).toBe(200);
    expect((await world.who(browser, '/anew/reports')).status).toBe(403);
    expect((await world.who(browser, '/reports')).status).toBe(403);
    expect((await world.who(browser)).permissions).toEqual([]);
  });

  it('a permission that was given opens the page at once, and a new name is the person’s name everywhere', async () => {
    world.provider.bend.userinfo = (claims) => ({ ...claims, permissions: [] });
    const browser = await world.signedIn();
    expect((await world.who(browser, '/anew/reports')).status).toBe(403);
    world.say({ permissions: ['reports:read'], name: 'Ada King' });
    expect((await world.who(browser, '/anew/reports')).status).toBe(200);
    expect(await world.who(browser)).toMatchObject({ name: 'Ada King', permissions: ['reports:read'] });
    expect(world.refreshes()).toEqual([]);
  });

  it('twenty requests at once cost one call', async () => {
    const browser = await world.signedIn();
    world.provider.forgetCalls();
    world.provider.bend.userinfo = async () => new Promise((resolve) => setTimeout(resolve, 700));
    expect(await allAtOnce(world, browser, '/anew', 20)).toEqual(Array(20).fill(200));
    expect(world.asked()).toHaveLength(1);
    await world.who(browser, '/anew');
    expect(world.asked()).toHaveLength(2);
  });

  it('where a token was renewed for the same request, userinfo is not asked twice', async () => {
    const browser = await world.signedIn('dead');
    world.provider.forgetCalls();
    world.say({ permissions: [] });
    expect((await world.who(browser, '/anew/reports')).status).toBe(403);
    expect([world.refreshes().length, world.asked().length]).toEqual([1, 1]);
  });
});

describe('a provider that cannot be asked', () => {
  let world: ClaimsWorld;
  beforeEach(async () => {
    world = await startClaimsWorld({}, (app, auth) => {
      app.get(
        '/both',
        auth.currentUser({ refresh: true, optional: true }),
        auth.currentUser(),
        (_req, res) => {
          res.json({});
        },
      );
    });
  });

  it.each<[string, RawAnswer | null]>([
    ['is away', null],
    ['answers 503', answer(503)],
    ['answers 403', answer(403)],
    ['answers 404', answer(404)],
    ['answers 400', answer(400)],
    ['answers nonsense', jsonText('{"sub":')],
  ])(
    'that %s: 503 and the page does not run; the session stays, and other pages are served',
    async (_how, raw) => {
      await using _world = world;
      const browser = await world.signedIn();
      if (raw === null) await world.provider.goDown();
      else world.provider.bend.raw.userinfo = raw;
      const refused = await world.who(browser, '/anew/reports');
      expect(refused.status).toBe(503);
      expect(refused.visit.json()).toMatchObject({ code: 'provider_unavailable' });
      expect(refused.visit.setCookies).toEqual([]);
      expect((await world.who(browser, '/anew/optional')).subject).toBe('nobody');
      expect((await world.who(browser, '/reports')).status).toBe(200);
      expect((await browser.fetchJson(`${world.url}/both`)).status).toBe(200);
      expect(world.failures()).not.toEqual([]);
      expect(world.refreshes()).toEqual([]);
      expect(world.ended()).toEqual([]);
    },
  );

  it('is asked again after a moment, and then the page is there', async () => {
    await using _world = world;
    const browser = await world.signedIn();
    world.provider.bend.raw.userinfo = answer(503);
    world.provider.forgetCalls();
    const all = await allAtOnce(world, browser, '/anew', 5);
    expect(all).toEqual(Array(5).fill(503));
    expect((await world.who(browser, '/anew')).status).toBe(503);
    expect(world.asked()).toHaveLength(1);
    delete world.provider.bend.raw.userinfo;
    await expect.poll(async () => (await world.who(browser, '/anew')).status, { timeout: 4000 }).toBe(200);
  });

  it('has no userinfo at all: 503 that says so to the operator', async () => {
    await using _world = world;
    world.provider.bend.discovery = (metadata) => void delete metadata.userinfo_endpoint;
    const browser = await world.signedIn();
    const refused = await world.who(browser, '/anew');
    expect([refused.status, refused.visit.headers['retry-after']]).toEqual([503, '60']);
    expect(JSON.stringify(world.events)).toContain('no userinfo endpoint');
  });
});

it('a session whose rights come from tokens has new claims about the person, and its rights as they were', async () => {
  const authorizationFrom = ['access_token', 'userinfo'] as const;
  await using world = await startClaimsWorld({ auth: { authorizationFrom } });
  const { provider } = world;
  const exp = provider.nowSeconds() + 9000;
  provider.bend.accessToken = () =>
    provider.sign({ sub: 'user-ada', aud: 'api', exp, permissions: ['reports:read'] }, { typ: 'at+jwt' });
  const browser = await world.signedIn();
  // The keys that signed it are gone, and userinfo says something else: the token that was checked then still counts.
  await provider.rotateKeys({ keepOld: false });
  world.say({ permissions: ['admin'], name: 'Ada King' });
  const who = await world.who(browser, '/anew');
  expect(who).toMatchObject({ status: 200, permissions: ['reports:read'], name: 'Ada King' });
});

it('a session whose token has ended with nothing to renew it is at the login, not at the provider’s userinfo', async () => {
  await using world = await startClaimsWorld();
  world.provider.refreshTokens = 'never';
  const browser = await world.signedIn();
  world.advance(tokenLife.dead);
  world.provider.forgetCalls();
  expect((await world.who(browser, '/anew')).status).toBe(401);
  expect((await world.browser().fetchJson(`${world.url}/anew`)).status).toBe(401);
  expect(world.asked()).toEqual([]);
});

it('`refresh: true` is refused where userinfo is never asked, with a way to mend it', async () => {
  let thrown: unknown;
  await using _world = await startLibraryWorld(
    (_app, auth) => {
      try {
        auth.currentUser({ refresh: true });
      } catch (error) {
        thrown = error;
      }
      auth.currentUser({ refresh: false });
    },
    { auth: { userinfo: 'never' } },
  );
  expect(thrown).toBeInstanceOf(ConfigurationError);
  expect((thrown as ConfigurationError).message).toMatch(/refresh: needs userinfo.*Take `refresh` away/s);
});
