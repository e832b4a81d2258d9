// Guards that stack: requirements behind a guard, another guard for each method, and none that stands alone.
import type { Express, Request, Response } from 'express';
import { Router } from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Auth, anyOf, byMethod } from '../../src/index.ts';
import { type AppWorld, startLibraryWorld } from '../support/app-world.ts';
import type { BrowserClient } from '../support/browser-client.ts';

let world: AppWorld;
let ada: BrowserClient;
const ran: string[] = [];

beforeAll(async () => {
  const routes = (app: Express, auth: Auth) => {
    const handler = (req: Request, res: Response): void => {
      ran.push(`${req.method} ${req.path}`);
      res.json({ secret: 'for those who may' });
    };
    const signedIn = auth.authenticated();
    const may = (name: string) => auth.requires({ permissions: [name] });
    app.all(
      '/stacked',
      signedIn,
      auth.requires({ roles: anyOf('analyst', 'admin') }),
      may('reports:read'),
      handler,
    );
    app.get('/stacked/scope', signedIn, auth.requires({ scope: ['reports'] }), handler);
    app.get('/stacked/role', auth.currentUser(), auth.requires({ roles: ['admin'] }), handler);
    app.get(
      '/stacked/check',
      signedIn,
      auth.requires({ check: (_who, req) => req.query.open === 'yes' }),
      handler,
    );
    app.get('/stacked/step-up', signedIn, auth.requires({ acr: 'strong' }), handler);
    app.get(
      '/stacked/own-words',
      signedIn,
      auth.requires({ roles: ['admin'], onForbidden: (_r, res) => void res.status(403).send('mine') }),
      handler,
    );
    app.get('/alone', auth.requires({ permissions: ['reports:read'] }), handler);
    app.get('/alone/nothing', auth.requires({}), handler);
    app.get(
      '/forged',
      (req, _res, next) => {
        Object.assign(req, {
          auth: { subject: 'root', permissions: ['reports:read'] },
          user: { sub: 'root' },
        });
        next();
      },
      auth.requires({ permissions: ['reports:read'] }),
      handler,
    );
    app.get('/optional', auth.currentUser({ optional: true }), auth.requires({}), handler);

    const notes = Router().use((req, res) => handler(req, res));
    const read = auth.authenticated({ permissions: ['reports:read'] });
    const write = [auth.authenticated(), auth.requires({ roles: ['admin'] })];
    app.use('/notes', byMethod({ get: read, post: write }), notes);
    app.use('/open-rest', byMethod({ delete: write, otherwise: read }), notes);
  };
  world = await startLibraryWorld(routes);
  ada = world.browser();
  await world.signIn(ada, '/stacked');
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => void ran.splice(0));

const ask = (browser: BrowserClient, path: string, method = 'GET') =>
  browser.fetchJson(world.url + path, { method });

describe('guards stacked on a route', () => {
  it('let somebody pass who meets every one of them', async () => {
    expect((await ask(ada, '/stacked')).status).toBe(200);
    expect(ran).toEqual(['GET /stacked']);
  });

  it.each([
    ['/stacked/scope', 403, 'insufficient_scope', 'error="insufficient_scope", scope="reports"'],
    ['/stacked/role', 403, 'insufficient_roles', 'error="insufficient_scope"'],
    ['/stacked/check', 403, 'check_refused', null],
    [
      '/stacked/step-up',
      401,
      'authentication_insufficient',
      'error="insufficient_user_authentication", acr_values="strong"',
    ],
  ])('answer %s with %i %s', async (path, status, code, challenge) => {
    const visit = await ask(ada, path);
    expect([visit.status, visit.json<{ code: string }>().code]).toEqual([status, code]);
    const header = visit.headers['www-authenticate'];
    if (challenge === null) expect(header).toBeUndefined();
    else expect(header).toContain(challenge);
    expect(ran).toEqual([]);
  });

  it('let their own check and their own words decide', async () => {
    expect((await ask(ada, '/stacked/check?open=yes')).status).toBe(200);
    expect((await ask(ada, '/stacked/own-words')).body).toBe('mine');
  });

  it('ask a stranger to sign in, by the first of them', async () => {
    const visit = await world.browser().get(`${world.url}/stacked/role`);
    expect([visit.status, visit.location?.startsWith(world.provider.issuer)]).toEqual([302, true]);
    const anonymous = await world.browser().get(`${world.url}/optional`);
    expect([anonymous.status, anonymous.location?.startsWith(world.provider.issuer)]).toEqual([302, true]);
  });

  it('send a person to step up, once, from a page', async () => {
    const visit = await ada.clone().get(`${world.url}/stacked/step-up`);
    expect(visit.status).toBe(302);
    expect(new URL(visit.location ?? '').searchParams.get('acr_values')).toBe('strong');
  });
});

describe('a requirement without a guard before it', () => {
  it.each(['/alone', '/alone/nothing', '/forged'])('refuses at %s, signed in or not', async (path) => {
    for (const browser of [ada, world.browser()]) {
      expect((await ask(browser, path)).status).toBe(401);
      const page = await browser.clone().get(world.url + path);
      expect([page.status, page.location]).toEqual([401, null]);
    }
    expect(ran).toEqual([]);
  });

  it('tells the operator what is missing', async () => {
    await ask(ada, '/alone');
    const detail = 'auth.requires() stands without authenticated() or currentUser() before it on the route';
    expect(world.events).toContainEqual(expect.objectContaining({ type: 'route_failed', detail }));
  });
});

describe('guards by method', () => {
  it.each([
    ['GET', '/notes', 200],
    ['HEAD', '/notes', 200],
    ['POST', '/notes', 403],
    ['DELETE', '/notes', 405],
    ['PATCH', '/notes/7', 405],
    ['GET', '/open-rest', 200],
    ['PUT', '/open-rest', 200],
    ['DELETE', '/open-rest', 403],
  ])('judge %s %s: %i', async (method, path, status) => {
    const visit = await ask(ada, path, method);
    expect(visit.status).toBe(status);
    expect(ran.length).toBe(status === 200 ? 1 : 0);
    expect(visit.headers.allow).toBe(status === 405 ? 'GET, POST, HEAD, OPTIONS' : undefined);
  });

  it('let nobody in who is not signed in, by any method', async () => {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE']) {
      expect((await ask(world.browser(), '/open-rest', method)).status, method).toBe(401);
    }
    expect(ran).toEqual([]);
  });

  it('B8: OPTIONS gives the methods and reaches no handler, with or without a credential', async () => {
    for (const browser of [ada, world.browser()]) {
      for (const path of ['/notes', '/open-rest', '/stacked']) {
        const visit = await ask(browser, path, 'OPTIONS');
        expect([visit.status, visit.body]).toEqual([204, '']);
      }
    }
    expect((await ask(ada, '/notes', 'OPTIONS')).headers.allow).toBe('GET, POST, HEAD, OPTIONS');
    expect(ran).toEqual([]);
  });
});
