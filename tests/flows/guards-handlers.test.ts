// What an app can put in place of latchkey's answers, and what happens when its own code fails inside a guard.
import type { Express, Request, Response } from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Auth, LatchkeyError, type RequestAuth } from '../../src/index.ts';
import { type AppWorld, startLibraryWorld } from '../support/app-world.ts';
import type { BrowserClient } from '../support/browser-client.ts';

let world: AppWorld;
let browser: BrowserClient;
const ran: string[] = [];
const seen: unknown[] = [];
const show = (req: Request, res: Response): void => {
  ran.push(req.path);
  res.json({ ran: true });
};
const later = () => new Promise((resolve) => setImmediate(resolve));

const checks: Record<string, (auth: RequestAuth, req: Request) => unknown> = {
  '/check/true': () => true,
  '/check/false': () => false,
  '/check/later-true': async () => later().then(() => true),
  '/check/later-false': async () => later().then(() => false),
  '/check/truthy': () => 'yes',
  '/check/nothing': () => undefined,
  '/check/throws': () => {
    throw new Error('secret detail of the check');
  },
  '/check/throws-later': async () => {
    await later();
    throw new Error('secret detail of the check');
  },
  '/check/rejects-nothing': () => Promise.reject(undefined),
  '/check/rejects-route': () => Promise.reject('route'),
  '/check/store-down': () => {
    throw new LatchkeyError('store_unavailable', { retryAfterSeconds: 7 });
  },
  '/check/sees': (auth, req) => {
    seen.push([auth.subject, auth.permissions, req.path]);
    return true;
  },
};

const routes = (app: Express, auth: Auth): void => {
  app.get('/own/rejects', auth.currentUser({ onUnauthenticated: () => Promise.reject(undefined) }), show);
  for (const [path, check] of Object.entries(checks)) {
    const guard = { check: check as (auth: RequestAuth, req: Request) => boolean };
    app.get(path, auth.currentUser(guard), show);
  }
  app.get('/app-wide/page', auth.currentUser(), show);
  app.get('/app-wide/forbidden', auth.currentUser({ permissions: ['nobody'] }), show);
  app.get('/app-wide/optional', auth.currentUser({ optional: true, roles: ['nobody'] }), show);
  app.get('/app-wide/step-up', auth.currentUser({ acr: 'gold' }), show);
  const own = {
    onUnauthenticated: (_req: Request, res: Response) => void res.status(418).send('own: who are you?'),
    onForbidden: async (_req: Request, res: Response, error: LatchkeyError) => {
      await later();
      res.status(410).send(`own: ${error.code}`);
    },
  };
  app.get('/own/page', auth.currentUser(own), show);
  app.get('/own/forbidden', auth.currentUser({ ...own, scope: ['nobody'] }), show);
  const broken = {
    onUnauthenticated: () => {
      throw new Error('secret detail of the handler');
    },
    onForbidden: () => Promise.reject(new Error('secret detail of the handler')),
  };
  app.get('/broken/page', auth.authenticated(broken), show);
  app.get('/broken/forbidden', auth.authenticated({ ...broken, roles: ['nobody'] }), show);
  app.get(
    '/joined',
    auth.currentUser().handle(async (req) => {
      await later();
      throw new Error(`secret detail of ${req.user.sub}`);
    }),
  );
};

beforeAll(async () => {
  world = await startLibraryWorld(routes, {
    auth: {
      onUnauthenticated: (req, res, error) =>
        void res.status(401).send(`app-wide: ${error.code} ${req.path}`),
      onForbidden: (_req, res, error) =>
        void res.status(403).send(`app-wide: ${error.code} ${error.details.needed}`),
    },
  });
  browser = world.browser();
  await browser.followAll(await browser.get(`${world.url}/login?return_to=/check/true`));
  expect(await world.whoIs(browser)).toBe('user-ada');
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => void ran.splice(0));

const get = (path: string, as = browser) => as.get(world.url + path);

describe('a check of the app', () => {
  it.each([
    ['/check/true', 200],
    ['/check/later-true', 200],
    ['/check/false', 403],
    ['/check/later-false', 403],
    ['/check/truthy', 403],
    ['/check/nothing', 403],
    ['/check/throws', 500],
    ['/check/throws-later', 500],
    ['/check/rejects-nothing', 500],
    ['/check/rejects-route', 500],
    ['/check/store-down', 503],
  ])('%s answers %i, and the handler runs only after a true', async (path, status) => {
    const answer = await get(path);
    expect(answer.status).toBe(status);
    expect(ran).toEqual(status === 200 ? [path] : []);
    expect(answer.body).not.toContain('secret detail');
    if (status === 403) expect(answer.body).toContain('app-wide: check_refused');
    if (status === 503) expect(answer.headers['retry-after']).toBe('7');
    expect(answer.setCookies).toEqual([]);
    expect(await world.whoIs(browser)).toBe('user-ada');
  });

  it('is given the credential and the request', async () => {
    await get('/check/sees');
    expect(seen).toEqual([['user-ada', ['reports:read'], '/check/sees']]);
  });
});

describe('handlers in place of ours', () => {
  it('the app-wide one answers visitors, and no login is started', async () => {
    const visitor = world.browser();
    world.provider.forgetCalls();
    const answer = await get('/app-wide/page', visitor);
    expect([answer.status, answer.body]).toEqual([401, 'app-wide: unauthenticated /app-wide/page']);
    expect(answer.setCookies).toEqual([]);
    expect(ran).toEqual([]);
  });

  it('the app-wide one answers what is forbidden, and learns what is missing', async () => {
    const answer = await get('/app-wide/forbidden');
    expect([answer.status, answer.body]).toEqual([403, 'app-wide: insufficient_permissions nobody']);
  });

  it('forbidden stays forbidden behind an optional guard', async () => {
    expect((await get('/app-wide/optional')).body).toBe('app-wide: insufficient_roles nobody');
    expect((await get('/app-wide/optional', world.browser())).status).toBe(200);
  });

  it('a login that is only too weak still leads to the provider', async () => {
    const answer = await get('/app-wide/step-up');
    expect(answer.status).toBe(302);
    expect(answer.location).toContain('acr_values=gold');
  });

  it('a guard’s own handlers go before the app-wide ones', async () => {
    const visitor = await get('/own/page', world.browser());
    expect([visitor.status, visitor.body]).toEqual([418, 'own: who are you?']);
    const forbidden = await get('/own/forbidden');
    expect([forbidden.status, forbidden.body]).toEqual([410, 'own: insufficient_scope']);
    expect(ran).toEqual([]);
  });

  it.each(['/broken/page', '/broken/forbidden', '/own/rejects'])(
    'a handler that fails ends in a 500 and never in the page (%s)',
    async (path) => {
      const answer = await get(path, path === '/broken/forbidden' ? browser : world.browser());
      expect(answer.status).toBe(500);
      expect(answer.body).not.toContain('secret detail');
      expect(ran).toEqual([]);
    },
  );
});

it('LG-02a: a guarded handler that fails later is a plain 500 with a reference, and the server lives on', async () => {
  const page = await get('/joined');
  expect(page.status).toBe(500);
  expect(page.body).toContain('Reference:');
  expect(page.body).not.toMatch(/secret detail|user-ada|\.ts\b|at async|node_modules/);
  const problem = await browser.fetchJson(`${world.url}/joined`);
  expect(problem.json()).toMatchObject({
    status: 500,
    code: 'internal_error',
    reference: expect.any(String),
  });
  expect(await world.whoIs(browser)).toBe('user-ada');
});
