// Guards that are mixed up: another auth object's finding, rights written on the request, and a rule that asks for nothing.
import type { Express, Request, RequestHandler } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memorySessions } from '../../src/embedded.ts';
import { type Auth, anyOf, ConfigurationError, createAuth } from '../../src/index.ts';
import { type AppWorld, startLibraryWorld, testSecret } from '../support/app-world.ts';
import type { BrowserClient } from '../support/browser-client.ts';
import { testClient } from '../support/scripted-provider.ts';

let world: AppWorld;
let staff: Auth;
let ada: BrowserClient;
const ran: string[] = [];

/** Adds a right to what the guard has put on the request, as a careless merge of a body would. */
const selfMade: RequestHandler = (req: Request, _res, next) => {
  const auth = req.auth as unknown as { permissions: string[]; roles: string[]; subject: string };
  auth.permissions.push('vault:open');
  auth.roles = ['boss'];
  auth.subject = 'user-grace';
  next();
};

beforeAll(async () => {
  const routes = (app: Express, auth: Auth) => {
    // What a second createAuth in the same process is: other people, other rights, the same Express.
    staff = createAuth({
      issuer: 'https://staff.example.com',
      clientId: testClient.clientId,
      clientSecret: 'x'.repeat(32),
      baseUrl: 'http://localhost:9',
      sessionSecret: testSecret,
      sessions: memorySessions(),
    });
    const run: RequestHandler = (req, res) => {
      ran.push(req.path);
      res.json({ ran: true });
    };
    app.get('/staff', auth.authenticated(), staff.requires({ permissions: [] }), run);
    const load = () => ({ owner: 'user-grace' });
    app.get(
      '/staff/owned',
      auth.authenticated(),
      staff
        .owns({ load, owner: 'owner', is: () => 'user-grace' })
        .handle((req, res) => run(req as Request, res, () => {})),
    );
    app.get('/pushed', auth.authenticated(), selfMade, auth.requires({ permissions: ['vault:open'] }), run);
    app.get('/replaced', auth.authenticated(), selfMade, auth.requires({ roles: ['boss'] }), run);
    app.get(
      '/checked',
      auth.authenticated(),
      selfMade,
      auth.requires({ check: ({ roles }) => roles.includes('boss') }),
      run,
    );
    app.get(
      '/again',
      auth.authenticated(),
      selfMade,
      auth.authenticated({ permissions: ['vault:open'] }),
      run,
    );
    app.get(
      '/owned',
      auth.authenticated(),
      selfMade,
      auth.owns({ load, owner: 'owner' }).handle((req, res) => run(req as Request, res, () => {})),
    );
  };
  world = await startLibraryWorld(routes);
  ada = world.browser();
  await world.signIn(ada, '/staff');
});
afterAll(async () => {
  await staff.close();
  await world[Symbol.asyncDispose]();
});

describe('a guard behind another', () => {
  it.each(['/staff', '/staff/owned'])('of another auth object proves nothing: %s refuses', async (path) => {
    ran.length = 0;
    const { status } = await ada.fetchJson(world.url + path);
    expect(status).toBe(401);
    expect(ran).toEqual([]);
  });

  it.each(['/pushed', '/replaced', '/checked', '/again', '/owned'])(
    'AZ: rights and a name written on req.auth between two guards count for nothing: %s refuses',
    async (path) => {
      ran.length = 0;
      const { status } = await ada.fetchJson(world.url + path);
      expect(status).toBe(403);
      expect(ran).toEqual([]);
    },
  );
});

describe('an exception to ownership that asks for nothing', () => {
  const load = () => ({ owner: 'user-grace' });
  it.each([
    ['is empty', {}],
    ['lists no permissions', { permissions: [] }],
    ['lists any of no roles', { roles: anyOf() }],
    ['lists nothing twice', { scope: [], roles: [] }],
  ])('stops the start where it %s: everybody would be the owner', (_what, unless) => {
    expect(() => world.auth.owns({ load, owner: 'owner', unless })).toThrow(ConfigurationError);
  });
});
