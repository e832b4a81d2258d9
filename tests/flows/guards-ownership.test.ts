// Ownership: an object is loaded, its owner compared, and handed to the handler.
import type { Express } from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Auth } from '../../src/index.ts';
import { type AppWorld, startLibraryWorld } from '../support/app-world.ts';
import type { BrowserClient } from '../support/browser-client.ts';
import { testUser } from '../support/scripted-provider.ts';

interface Order {
  readonly id: string;
  readonly userId?: unknown;
}
const orders: readonly Order[] = [
  { id: '1', userId: testUser.sub },
  { id: '2', userId: 'user-grace' },
  { id: '3', userId: testUser.sub.toUpperCase() },
  { id: '4' },
  { id: '5', userId: [testUser.sub] },
  { id: '6', userId: '' },
  { id: '7', userId: null },
  { id: '8', userId: 42 },
];

let world: AppWorld;
let ada: BrowserClient;
const ran: string[] = [];
const loaded: string[] = [];

beforeAll(async () => {
  const routes = (app: Express, auth: Auth) => {
    const load = (req: { params: Record<string, string | string[]> }): Order | undefined => {
      loaded.push(String(req.params.id));
      if (req.params.id === 'broken') throw new Error('the orders are away');
      return orders.find(({ id }) => id === req.params.id);
    };
    const own = auth.owns({ load, owner: 'userId' });
    const show = own.handle((req, res, order) => {
      ran.push(`${req.auth.subject} ${order.id}`);
      res.json(order);
    });
    app.get('/orders/:id', auth.authenticated(), show);
    app.patch('/orders/:id', auth.authenticated(), show);
    app.get('/alone/:id', show);
    app.get(
      '/hidden/:id',
      auth.authenticated(),
      auth.owns({ load, owner: 'userId', hide: true }).handle((_req, res) => void res.json({})),
    );
    app.get(
      '/all/:id',
      auth.authenticated(),
      auth
        .owns({ load, owner: ({ userId }) => userId, unless: { permissions: ['reports:read'] } })
        .handle((_req, res, order) => void res.json(order)),
    );
    app.get(
      '/number/:id',
      auth.currentUser(),
      auth
        .owns({ load, owner: 'userId', is: () => '42' })
        .handle((req, res) => void res.json({ name: req.user?.name })),
    );
  };
  world = await startLibraryWorld(routes);
  ada = world.browser();
  await world.signIn(ada, '/orders/1');
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => {
  ran.splice(0);
  loaded.splice(0);
});

const ask = async (path: string, browser = ada, method = 'GET') => {
  const visit = await browser.fetchJson(world.url + path, { method });
  return { status: visit.status, body: visit.json<Record<string, unknown>>() };
};

describe('an ownership guard', () => {
  it('B9: gives the owner the object that it loaded', async () => {
    expect(await ask('/orders/1')).toEqual({ status: 200, body: orders[0] });
    expect(ran).toEqual([`${testUser.sub} 1`]);
    expect(loaded).toEqual(['1']);
  });

  it.each(['2', '3', '4', '5', '6', '7', '8'])('RS-19a: refuses order %s, which is not hers', async (id) => {
    for (const method of ['GET', 'PATCH']) {
      const { status, body } = await ask(`/orders/${id}`, ada, method);
      expect([status, body.code]).toEqual([403, 'not_owner']);
    }
    expect(ran).toEqual([]);
  });

  it('says 404 before 403, and only 404 where the existence is a secret', async () => {
    expect((await ask('/orders/99')).status).toBe(404);
    expect((await ask('/hidden/2')).status).toBe(404);
    expect((await ask('/hidden/2')).body).toEqual({
      ...(await ask('/hidden/99')).body,
      reference: expect.any(String),
    });
    expect((await ask('/hidden/1')).status).toBe(200);
  });

  it('RS-19b: takes the id of the path and none from the query', async () => {
    expect((await ask(`/orders/2?id=1&userId=${testUser.sub}`)).status).toBe(403);
  });

  it('asks nobody for the object before somebody is signed in', async () => {
    expect((await ask('/orders/1', world.browser())).status).toBe(401);
    expect((await ask('/alone/1')).status).toBe(401);
    expect(loaded).toEqual([]);
  });

  it('lets those pass who may see all', async () => {
    expect((await ask('/all/2')).status).toBe(200);
    const ben = world.browser();
    world.provider.user = { ...testUser, sub: 'user-ben', permissions: [] };
    await world.signIn(ben, '/orders/1');
    expect((await ask('/all/2', ben)).status).toBe(403);
    world.provider.reset();
  });

  it('compares ids that are numbers', async () => {
    expect((await ask('/number/8')).status).toBe(200);
    expect((await ask('/number/2')).status).toBe(403);
  });

  it('fails closed when the object cannot be loaded', async () => {
    expect((await ask('/orders/broken')).status).toBe(500);
    expect(ran).toEqual([]);
  });
});
