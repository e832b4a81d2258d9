// A careless app lets a visitor write anything into req.session, latchkey's own part as well: nobody gains a right by it.
import express, { type Express, type Request, type RequestHandler } from 'express';
import { describe, expect, it } from 'vitest';
import type { Auth } from '../../src/index.ts';
import { startRefreshWorld } from '../support/refresh-world.ts';

type Tree = Record<string, unknown>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null;

/** As the deep merges of common libraries do it. */
const merge = (to: Tree, from: Tree): void => {
  for (const [name, value] of Object.entries(from)) {
    if (isTree(value) && isTree(to[name])) merge(to[name] as Tree, value);
    else to[name] = value;
  }
};
const mergeBody = (req: Request): void => merge(req.session as unknown as Tree, req.body as Tree);

const inside: RequestHandler = (_req, res) => void res.send('in');

const routes = (app: Express, auth: Auth): void => {
  const careless = [auth.session(), auth.authenticated(), express.json()];
  const merged = express.Router().use((req, _res, next) => {
    mergeBody(req);
    next();
  });
  const admin = { permissions: ['admin'] };
  app.post('/stacked', careless, merged, auth.requires(admin), inside);
  app.post('/again', careless, merged, auth.currentUser(admin), inside);
  const owned = auth.owns({ load: () => ({ owner: 'victim' }), owner: 'owner' });
  app.post(
    '/owned',
    careless,
    merged,
    owned.handle((_req, res) => void res.send('in')),
  );
};

describe.each(['fresh', 'due'] as const)('with a token that is %s', (until) => {
  it.each([
    ['/stacked', { permissions: { 0: 'admin' } }],
    ['/again', { permissions: { 0: 'admin' } }],
    ['/stacked', { permissions: ['admin'] }],
    ['/stacked', { local: { permissions: ['admin'], roles: [] } }],
    ['/owned', { subject: 'victim' }],
  ])('AZ: %s stays closed to who writes %j', async (path, latchkey) => {
    await using world = await startRefreshWorld({}, routes);
    const browser = await world.signedIn(until);
    const answer = await browser.fetchJson(`${world.url}${path}`, { method: 'POST', json: { latchkey } });
    expect([answer.status, answer.json<{ code?: string }>().code]).toEqual([
      403,
      expect.not.stringMatching('cross'),
    ]);
    // Nothing of it is kept.
    expect(await world.who(browser)).toMatchObject({ subject: 'user-ada' });
    expect((await world.who(browser)).permissions).not.toContain('admin');
  });
});
