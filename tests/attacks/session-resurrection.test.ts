// SE-12: a slow request that began before the logout cannot bring the session back, whatever it does with it.
import type { Request, Response } from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startLibraryWorld } from '../support/app-world.ts';
import type { BrowserClient, Visit } from '../support/browser-client.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { testUser } from '../support/scripted-provider.ts';

declare module 'express-session' {
  interface SessionData {
    cart?: string[];
  }
}

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
beforeEach(() => redis.flush());
afterAll(() => redis.stop());

/** A door that slow requests wait at: `arrived` when one is inside, `open` lets it go on. */
const createGate = () => {
  const inside = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  const pass = (): Promise<void> => {
    inside.resolve();
    return opened.promise;
  };
  return { arrived: inside.promise, open: () => opened.resolve(), pass };
};

interface Shop {
  readonly world: AppWorld;
  readonly gate: ReturnType<typeof createGate>;
}

/** A customer's app that keeps a cart in the session, with a slow page. */
const openShop = async (kind: string): Promise<Shop> => {
  const gate = createGate();
  const where = kind === 'redis' ? { redis } : { embeddedFile: kind === 'embedded file' };
  const change: Record<string, (req: Request) => unknown> = {
    nothing: () => null,
    data: (req) => void Object.assign(req.session, { cart: ['late'] }),
    save: (req) => {
      Object.assign(req.session, { cart: ['late'] });
      return new Promise((resolve) => req.session.save(resolve));
    },
    touch: (req) => void req.session.touch(),
    reload: (req) => new Promise((resolve) => req.session.reload(resolve)),
  };
  const slow = async (req: Request, res: Response): Promise<void> => {
    await gate.pass();
    await change[String(req.params.what)]?.(req);
    res.send(`served ${req.auth?.subject}`);
  };
  const world = await startLibraryWorld(
    (app, auth) => {
      app.get('/slow/:what', auth.session(), auth.currentUser(), slow);
      app.post('/cart', auth.session(), auth.currentUser(), (req, res) => {
        req.session.cart = [...(req.session.cart ?? []), String(req.query.add)];
        res.send(req.session.cart.join());
      });
      app.get('/cart', auth.session(), (req, res) => void res.send((req.session.cart ?? []).join()));
    },
    { ...where, auth: { idleSeconds: 600 } },
  );
  return { world, gate };
};

const cookiesOf = (world: AppWorld, browser: BrowserClient) =>
  browser.cookies.header(world.url, 'strict') ?? '';
/** Everything a thief could still have: the cookies from before and those the slow answer set. */
const nobodyWith = async (world: AppWorld, cookie: string, late: Visit): Promise<void> => {
  const set = late.setCookies.map((line) => line.split(';')[0]).join('; ');
  for (const header of [cookie, `${set}; ${cookie}`, `${cookie}; ${set}`, set]) {
    const visit = await world.browser().fetchJson(`${world.url}/api/me`, { headers: { cookie: header } });
    expect(visit.status).toBe(401);
  }
};

describe.each(['memory', 'embedded file', 'redis'])('sessions in %s', (kind) => {
  it.each(['nothing', 'data', 'save', 'touch', 'reload'])(
    'SE-12a: a slow request that does %s with the session after the logout leaves it ended',
    async (what) => {
      const { world, gate } = await openShop(kind);
      await using _world = world;
      const browser = world.browser();
      await world.signIn(browser, '/login');
      const cookie = cookiesOf(world, browser);
      const slow = browser.clone().get(`${world.url}/slow/${what}`);
      await gate.arrived;
      expect((await browser.post(`${world.url}/logout`)).status).toBe(303);
      gate.open();
      const late = await slow;
      expect(late.body === 'served user-ada' || what === 'reload').toBe(true);
      await nobodyWith(world, cookie, late);
      if (kind === 'redis') expect(await redis.keys('latchkey:[sv]*')).toEqual([]);
    },
  );

  it('SE-12a: a slow request cannot give the person before back after another one signed in', async () => {
    const { world, gate } = await openShop(kind);
    await using _world = world;
    const browser = world.browser();
    await world.signIn(browser, '/login');
    const cookie = cookiesOf(world, browser);
    const slow = browser.clone().get(`${world.url}/slow/save`);
    await gate.arrived;
    world.provider.user = { ...testUser, sub: 'user-ben' };
    await world.signIn(browser, '/login');
    expect(await world.whoIs(browser)).toBe('user-ben');
    gate.open();
    const late = await slow;
    await nobodyWith(world, cookie, { ...late, setCookies: [] });
    expect(late.setCookies).toEqual([]);
    expect(await world.whoIs(browser)).toBe('user-ben');
    expect((await browser.get(`${world.url}/cart`)).body).toBe('');
  });

  it('SE-12a: a visit that is due to be noted cannot bring an ended session back', async () => {
    const { world, gate } = await openShop(kind);
    await using _world = world;
    const browser = world.browser();
    await world.signIn(browser, '/login');
    const cookie = cookiesOf(world, browser);
    world.advance(120);
    const slow = browser.clone().get(`${world.url}/slow/nothing`);
    await gate.arrived;
    world.advance(120);
    await browser.post(`${world.url}/logout`);
    gate.open();
    await nobodyWith(world, cookie, await slow);
    if (kind === 'redis') expect(await redis.keys('latchkey:[sv]*')).toEqual([]);
  });

  it('SE-12b: requests that change data of the app one after another lose nothing, and sign nobody out', async () => {
    const { world } = await openShop(kind);
    await using _world = world;
    const browser = world.browser();
    await world.signIn(browser, '/login');
    for (const item of ['a', 'b', 'c']) await browser.post(`${world.url}/cart?add=${item}`);
    await Promise.all(['d', 'e', 'f', 'g'].map((item) => browser.post(`${world.url}/cart?add=${item}`)));
    const { body } = await browser.get(`${world.url}/cart`);
    expect(body).toMatch(/^a,b,c,[defg](?:,[defg])*$/);
    expect(await world.whoIs(browser)).toBe('user-ada');
  });
});
