// Callbacks that come late, twice, at once or without cookies: people land on their page, or read why not.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import type { BrowserClient } from '../support/browser-client.ts';
import { arrive, failedLogins, sessionCookiesSet, untilCallback } from '../support/login-steps.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { late } from '../support/scripted-provider/answers.ts';

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

const tokenCalls = () => world.provider.calls('token').length;
const minutes = (count: number) => count * 60;

describe('a callback that comes again', () => {
  it('AZ-07a: a reload of the callback, again and again, leads to the page and sends no code', async () => {
    const browser = world.browser();
    const callback = await untilCallback(world, browser);
    await browser.followAll(await arrive(world, browser, callback));
    for (let count = 0; count < 5; count += 1) {
      const again = await browser.get(callback.href);
      expect(again.status).toBe(303);
      expect(again.location).toBe(`${world.url}/protected`);
      expect(sessionCookiesSet(again)).toEqual([]);
    }
    expect(tokenCalls()).toBe(1);
    expect(await world.whoIs(browser)).toBe('user-ada');
    expect(await redis.keys('*session*')).toHaveLength(1);
  });

  it('AZ-07b: the back button to the provider and forward again signs in once more, with one session', async () => {
    const browser = world.browser();
    const callback = await untilCallback(world, browser);
    await browser.followAll(await arrive(world, browser, callback));
    const authorize = world.provider.calls('authorize')[0];
    const back = await browser.get(`${world.provider.issuer}/authorize?${authorize?.query}`);
    const page = await browser.followAll(back);
    expect(page.url).toBe(`${world.url}/protected`);
    expect(tokenCalls()).toBe(1);
    expect(await redis.keys('*session*')).toHaveLength(1);
  });

  it.each([2, 5])(
    'AZ-07c: %i copies at once send one code, make one session and all lead to the page',
    async (count) => {
      const browser = world.browser();
      const callback = await untilCallback(world, browser, '/protected?tab=1');
      const copies = Array.from({ length: count }, () => arrive(world, browser, callback));
      for (const visit of await Promise.all(copies)) {
        expect(visit.status).toBe(303);
        expect(visit.location).toBe(`${world.url}/protected?tab=1`);
      }
      expect(tokenCalls()).toBe(1);
      expect(await redis.keys('*session*')).toHaveLength(1);
      expect(await world.whoIs(browser)).toBe('user-ada');
    },
  );

  it('AZ-07c: a copy that overtakes a slow first one waits for it', async () => {
    const browser = world.browser();
    await world.signIn(world.browser());
    world.provider.forgetCalls();
    const callback = await untilCallback(world, browser);
    world.provider.bend.raw.userinfo = late(300, (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"sub":"user-ada","name":"Ada"}');
    });
    const first = arrive(world, browser, callback);
    const second = await arrive(world, browser, callback);
    const page = await browser.follow(second);
    expect((await first).status).toBe(303);
    expect(page.status).toBe(200);
    expect(tokenCalls()).toBe(1);
  });

  it('AZ-07c: copies that reach two machines send one code', async () => {
    await using other = await startAppWorld({ redis, provider: world.provider, baseUrl: world.url });
    const browser = world.browser();
    const callback = await untilCallback(world, browser);
    const there = new URL(callback);
    there.port = String(other.port);
    const visits = await Promise.all([arrive(world, browser, callback), arrive(other, browser, there)]);
    expect(visits.map(({ status }) => status)).toEqual([303, 303]);
    expect(tokenCalls()).toBe(1);
    expect(await world.whoIs(browser)).toBe('user-ada');
  });

  it('AZ-07c: when the first answer is lost on the way, the second copy still leads to the page', async () => {
    const browser = world.browser();
    const callback = await untilCallback(world, browser);
    await arrive(world, browser.clone(), callback);
    const page = await browser.followAll(await arrive(world, browser, callback));
    expect(page.url).toBe(`${world.url}/protected`);
    expect(await world.whoIs(browser)).toBe('user-ada');
    const codes = world.provider.calls('token').map(({ form }) => form.get('code'));
    expect(new Set(codes).size).toBe(codes.length);
  });
});

describe('a callback that comes late', () => {
  const restarted = async (browser: BrowserClient, path: string, wait: number) => {
    const callback = await untilCallback(world, browser, path);
    world.advance(wait);
    return arrive(world, browser, callback);
  };

  it('AZ-08b: after 16 minutes the login begins anew by itself and ends on the page', async () => {
    const browser = world.browser();
    const visit = await restarted(browser, '/protected?late=yes', minutes(16));
    expect(visit.status).toBe(302);
    expect(tokenCalls()).toBe(0);
    const page = await browser.followAll(visit);
    expect(page.url).toBe(`${world.url}/protected?late=yes`);
    expect(tokenCalls()).toBe(1);
  });

  it('AZ-08b: within 15 minutes it simply works', async () => {
    expect((await restarted(world.browser(), '/protected', minutes(14))).status).toBe(303);
  });

  it('AZ-08b: late twice, it ends on a page with a link that works', async () => {
    const browser = world.browser();
    const first = await restarted(browser, '/protected?late=yes', minutes(16));
    const second = await browser.follow(first);
    world.advance(minutes(16));
    const visit = await browser.follow(second);
    expect(visit.status).toBe(400);
    expect(failedLogins(world).at(-1)).toBe('login_expired');
    expect(visit.body).toContain('Sign in again');
    expect(tokenCalls()).toBe(0);
    const href = /href="([^"]*\/login\?return_to=[^"]*)"/.exec(visit.body)?.[1] ?? '';
    const page = await browser.followAll(await browser.get(world.url + href));
    expect(page.url).toBe(`${world.url}/protected?late=yes`);
  });

  it('AZ-08b: after more than a day the link says that it does not work', async () => {
    const browser = world.browser();
    const visit = await restarted(browser, '/protected', minutes(25 * 60));
    expect(visit.status).toBe(400);
    expect(visit.body).toContain('Sign in again');
    expect(tokenCalls()).toBe(0);
  });

  it('AZ-08b: somebody who signed in meanwhile goes to the page of the late login', async () => {
    const browser = world.browser();
    const callback = await untilCallback(world, browser, '/protected/permission?late=yes');
    world.advance(minutes(16));
    await world.signIn(browser, '/profile');
    world.provider.forgetCalls();
    const page = await browser.followAll(await arrive(world, browser, callback));
    expect(page.url).toBe(`${world.url}/protected/permission?late=yes`);
    expect(page.status).toBe(200);
    expect(tokenCalls()).toBe(0);
  });

  it('AZ-08b: a page address too long to travel along is given up for the start page', async () => {
    const browser = world.browser();
    const visit = await restarted(browser, `/protected?q=${'x'.repeat(1000)}`, minutes(16));
    const page = await browser.followAll(visit);
    expect(page.url).toBe(`${world.url}/`);
    expect(await world.whoIs(browser)).toBe('user-ada');
  });
});

describe('a browser that keeps no cookies', () => {
  it('begins anew once by itself, then says that cookies are needed', async () => {
    const browser = world.browser();
    let visit = await browser.get(`${world.url}/protected`);
    for (let hop = 0; hop < 10 && visit.location !== null; hop += 1) {
      browser.cookies.clear();
      visit = await browser.follow(visit);
    }
    expect(visit.status).toBe(400);
    expect(visit.body).toContain('needs cookies');
    expect(visit.body).toContain('Sign in again');
    expect(failedLogins(world).at(-1)).toBe('cookies_missing');
    expect(world.provider.calls('authorize')).toHaveLength(2);
    expect(tokenCalls()).toBe(0);
    expect(await redis.keys()).toEqual([]);
  });

  it('lands on its page when only the first cookie was lost', async () => {
    const browser = world.browser();
    const callback = await untilCallback(world, browser);
    browser.cookies.clear();
    const page = await browser.followAll(await arrive(world, browser, callback));
    expect(page.url).toBe(`${world.url}/protected`);
  });
});
