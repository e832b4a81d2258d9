// A customer's app that keeps data of its own in the session: `auth.session()` beside the guards.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startLibraryWorld } from '../support/app-world.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let redis: TestRedis;
let world: AppWorld;
beforeAll(async () => {
  redis = await startRedis();
  world = await startLibraryWorld(
    (app, auth) => {
      app.get('/both', auth.session(), auth.currentUser(), (req, res) => {
        res.json({ subject: req.auth?.subject, views: req.session.views ?? 0 });
      });
      app.get('/twice', auth.currentUser(), auth.session(), auth.authenticated(), (req, res) => {
        res.json({ subject: req.auth?.subject });
      });
      app.get('/count', auth.session(), auth.currentUser({ optional: true }), (req, res) => {
        req.session.views = (req.session.views ?? 0) + 1;
        res.json({ subject: req.auth?.subject ?? null, views: req.session.views });
      });
      app.get('/unchanged', auth.session(), (req, res) => {
        req.session.views = req.session.views ?? 0;
        res.json({ id: req.sessionID });
      });
      app.get('/give-up', auth.session(), (req, res, next) => {
        req.session.destroy((error) => (error ? next(error) : res.json({ gone: true })));
      });
    },
    { redis, auth: { idleSeconds: 600 } },
  );
});
beforeEach(() => redis.flush());
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await redis.stop();
});

declare module 'express-session' {
  interface SessionData {
    views?: number;
  }
}

describe('a guard behind the session', () => {
  it('uses what the session has read: one read for both, and no write', async () => {
    const browser = world.browser();
    await world.signIn(browser, '/both');
    await redis.resetCommandCounts();
    for (let visit = 0; visit < 5; visit += 1) {
      expect((await browser.get(`${world.url}/both`)).json()).toEqual({ subject: 'user-ada', views: 0 });
    }
    expect(await redis.commandCounts()).toEqual({ get: 5 });
  });

  it('is asked as often as an app likes, and reads once', async () => {
    const browser = world.browser();
    await world.signIn(browser, '/both');
    await redis.resetCommandCounts();
    await browser.get(`${world.url}/twice`);
    // The session was mounted after the first guard: it reads for itself, the guards share theirs.
    expect(await redis.commandCounts()).toEqual({ get: 2 });
  });

  it('notes a visit once when it is due, and the lease of record and vault is new', async () => {
    const browser = world.browser();
    await world.signIn(browser, '/both');
    world.advance(100);
    await redis.resetCommandCounts();
    await browser.get(`${world.url}/both`);
    const { get, eval: touches, set } = await redis.commandCounts();
    expect([get, touches, set]).toEqual([1, 1, undefined]);
  });
});

describe('data of the app', () => {
  it('is kept beside the login, and signing in does not carry it over from a stranger', async () => {
    const browser = world.browser();
    expect((await browser.get(`${world.url}/count`)).json()).toEqual({ subject: null, views: 1 });
    expect((await browser.get(`${world.url}/count`)).json()).toEqual({ subject: null, views: 2 });
    await world.signIn(browser, '/both');
    expect((await browser.get(`${world.url}/count`)).json()).toEqual({ subject: 'user-ada', views: 1 });
    expect((await browser.get(`${world.url}/both`)).json()).toEqual({ subject: 'user-ada', views: 1 });
    expect(await world.whoIs(browser)).toBe('user-ada');
  });

  it('is written when it changes and only then', async () => {
    const browser = world.browser();
    await world.signIn(browser, '/both');
    await browser.get(`${world.url}/count`);
    await redis.resetCommandCounts();
    await browser.get(`${world.url}/unchanged`);
    expect(await redis.commandCounts()).toEqual({ get: 1 });
    await browser.get(`${world.url}/count`);
    expect((await redis.commandCounts()).set).toBe(1);
  });

  it('ends with the session: after signing out there is neither', async () => {
    const browser = world.browser();
    await world.signIn(browser, '/both');
    await browser.get(`${world.url}/count`);
    await browser.post(`${world.url}/logout`);
    expect((await browser.get(`${world.url}/count`)).json()).toEqual({ subject: null, views: 1 });
  });

  it('can be thrown away by the app, and the person is signed out by that', async () => {
    const browser = world.browser();
    await world.signIn(browser, '/both');
    await browser.get(`${world.url}/give-up`);
    expect(await world.whoIs(browser)).toBe('401');
    expect(await redis.keys('latchkey:session:*')).toEqual([]);
  });

  it('of a visitor who is not signed in is no login, and is not cleared by a guard', async () => {
    const browser = world.browser();
    await browser.get(`${world.url}/count`);
    expect(await world.whoIs(browser)).toBe('401');
    expect((await browser.get(`${world.url}/count`)).json()).toEqual({ subject: null, views: 2 });
  });
});
