// Answers that take their time, and event streams that stay open, while the token is renewed around them.
import type { Express } from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Auth } from '../../src/index.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { type RefreshWorld, startRefreshWorld, tokenLife } from '../support/refresh-world.ts';

declare module 'express-session' {
  interface SessionData {
    seen?: string;
  }
}

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
beforeEach(() => redis.flush());
afterAll(() => redis.stop());

const createGate = () => {
  const arrived = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  return { arrived, opened };
};

const open = async (kind: string) => {
  const gate = createGate();
  const where = kind === 'redis' ? { redis } : { embeddedFile: kind === 'embedded file' };
  const world = await startRefreshWorld(where, (app: Express, auth: Auth) => {
    app.get('/slow', auth.currentUser(), async (_req, res) => {
      gate.arrived.resolve();
      await gate.opened.promise;
      res.send('at last');
    });
    app.get('/events', auth.session(), auth.currentUser(), async (req, res) => {
      req.session.seen = 'when it began';
      res.setHeader('Content-Type', 'text/event-stream');
      res.flushHeaders();
      res.write('data: first\n\n');
      gate.arrived.resolve();
      await gate.opened.promise;
      req.session.seen = 'when it ended';
      res.end('data: last\n\n');
    });
    app.get('/seen', auth.session(), auth.currentUser(), (req, res) => void res.send(req.session.seen));
  });
  return { gate, world };
};

const tokenOf = (world: RefreshWorld, browser: ReturnType<RefreshWorld['browser']>) =>
  browser.cookies.value(world.url, 'latchkey.token');

describe.each(['memory', 'embedded file', 'redis'])('sessions in %s', (kind) => {
  it('SE-12: an event stream that stays open while the token is renewed undoes nothing when it ends', async () => {
    const { gate, world } = await open(kind);
    await using _world = world;
    const browser = await world.signedIn();
    const stream = browser.clone().get(`${world.url}/events`);
    await gate.arrived.promise;
    world.advance(tokenLife.dead);
    const { token } = await world.who(browser);
    world.advance(61);
    gate.opened.resolve();
    const visit = await stream;
    expect([visit.status, visit.body]).toEqual([200, 'data: first\n\ndata: last\n\n']);
    expect(await world.who(browser)).toMatchObject({ status: 200, token });
    expect((await browser.get(`${world.url}/seen`)).body).toBe('when it ended');
    expect(world.refreshes()).toHaveLength(1);
  });

  it('SE-12: an event stream that began with a renewal has handed the token out with its first byte', async () => {
    const { gate, world } = await open(kind);
    await using _world = world;
    const browser = await world.signedIn('dead');
    const stream = browser.get(`${world.url}/events`);
    await gate.arrived.promise;
    gate.opened.resolve();
    const visit = await stream;
    expect(visit.setCookies.filter((line) => line.startsWith('latchkey.token='))).toHaveLength(1);
    world.advance(61);
    expect((await world.who(browser)).status).toBe(200);
    expect((await browser.get(`${world.url}/seen`)).body).toBe('when it ended');
  });
});

it('SE-12: a page that takes longer than the minute of grace still hands out the token that counts', async () => {
  const { gate, world } = await open('memory');
  await using _world = world;
  const browser = await world.signedIn('due');
  const slow = browser.get(`${world.url}/slow`);
  await gate.arrived.promise;
  world.advance(300);
  gate.opened.resolve();
  expect((await slow).body).toBe('at last');
  expect(await world.who(browser)).toMatchObject({ status: 200, subject: 'user-ada' });
  expect(world.refreshes()).toHaveLength(1);
});

it('SE-12: a page that takes longer than its token lives does not put it over the one that came after', async () => {
  const { gate, world } = await open('memory');
  await using _world = world;
  const browser = await world.signedIn('due');
  const slow = browser.get(`${world.url}/slow`);
  await gate.arrived.promise;
  // Another tab goes on meanwhile, is given the first new token, and then the second.
  expect((await world.who(browser)).status).toBe(200);
  world.advance(tokenLife.dead);
  const { token } = await world.who(browser);
  const newest = tokenOf(world, browser);
  world.advance(61);
  gate.opened.resolve();
  const late = await slow;
  expect([late.status, late.setCookies]).toEqual([200, []]);
  expect(tokenOf(world, browser)).toBe(newest);
  expect(await world.who(browser)).toMatchObject({ status: 200, token });
  expect(world.refreshes()).toHaveLength(2);
});
