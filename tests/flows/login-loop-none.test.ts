// What looks like a login loop and is none: many tabs, signing in by hand, clicks, step-ups, several people.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld, startLibraryWorld } from '../support/app-world.ts';
import { failedLogins, untilCallback } from '../support/login-steps.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let redis: TestRedis;
let world: AppWorld;
beforeAll(async () => {
  redis = await startRedis();
  world = await startAppWorld({ redis });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await redis.stop();
});
beforeEach(async () => {
  world.provider.reset();
  await redis.flush();
});

describe('nobody is stopped who', () => {
  it('opens ten tabs at once and then loses the session', async () => {
    const browser = world.browser();
    const tabs = Array.from({ length: 10 }, (_, tab) => world.signIn(browser, `/protected?tab=${tab}`));
    expect((await Promise.all(tabs)).map(({ status }) => status)).toEqual(tabs.map(() => 200));
    for (let time = 0; time < 2; time += 1) {
      await redis.flush();
      expect((await world.signIn(browser)).status).toBe(200);
    }
  });

  it('signs out and in by hand three times', async () => {
    const browser = world.browser();
    for (let time = 0; time < 5; time += 1) {
      expect((await world.signIn(browser)).status).toBe(200);
      await browser.post(`${world.url}/logout`);
    }
  });

  it('chooses to sign in five times', async () => {
    const browser = world.browser();
    for (let time = 0; time < 5; time += 1) {
      await browser.followAll(await browser.get(`${world.url}/login?prompt=login`));
    }
    await redis.flush();
    expect((await world.signIn(browser)).status).toBe(200);
  });

  it('steps up on five pages within a minute; the seventh login in a row is one too many', async () => {
    await using strict = await startLibraryWorld((app, auth) => {
      app.get('/any', auth.currentUser(), (_req, res) => void res.send('in'));
      for (const acr of ['a', 'b', 'c', 'd', 'e']) {
        app.get(`/${acr}`, auth.currentUser({ acr }), (_req, res) => void res.send('in'));
      }
    });
    strict.provider.bend.idTokenClaims = (claims, { grant }) => {
      claims.acr = grant.request.get('acr_values') ?? '0';
    };
    const browser = strict.browser();
    for (const path of ['/any', '/a', '/b', '/c', '/d', '/e']) {
      expect([path, (await strict.signIn(browser, path)).body]).toEqual([path, 'in']);
    }
    expect((await strict.signIn(browser, '/a')).status).toBe(403);
    expect(failedLogins(strict)).toEqual(['login_loop']);
    expect((await strict.signIn(browser, '/any')).body).toBe('in');
  });

  it('is one of several people behind one address', async () => {
    for (let person = 0; person < 6; person += 1) {
      expect((await world.signIn(world.browser())).status).toBe(200);
    }
  });

  it('leaves the provider and comes back to the page again and again, finishing only at last', async () => {
    const browser = world.browser();
    for (let time = 0; time < 6; time += 1) await untilCallback(world, browser);
    expect((await world.signIn(browser)).status).toBe(200);
  });

  it('clicks twice, reloads the callback and has the page looked at ahead', async () => {
    const browser = world.browser();
    for (let time = 0; time < 4; time += 1) {
      const ahead = await browser.get(`${world.url}/protected`, { headers: { 'sec-purpose': 'prefetch' } });
      expect(ahead.status).toBe(401);
    }
    const callback = await untilCallback(world, browser);
    const clicks = [browser.get(callback.href), browser.get(callback.href), browser.get(callback.href)];
    await Promise.all(clicks);
    expect((await world.signIn(browser)).status).toBe(200);
    await redis.flush();
    expect((await world.signIn(browser)).status).toBe(200);
  });
});
