// What a guard may require of a signed-in person: in which order it is checked, and what counts as having it.
import type { Express, Request, Response } from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Auth, allOf, anyOf, type GuardOptions } from '../../src/index.ts';
import { type AppWorld, startLibraryWorld } from '../support/app-world.ts';
import type { BrowserClient, Visit } from '../support/browser-client.ts';
import { testUser } from '../support/scripted-provider.ts';

const needsEverything: GuardOptions = {
  scope: ['missing-scope'],
  acr: 'missing-acr',
  roles: ['missing-role'],
  permissions: ['missing-permission'],
  check: () => false,
};
const { scope: _scope, ...withoutScope } = needsEverything;
const { acr: _acr, ...withoutAcr } = withoutScope;
const { roles: _roles, ...withoutRoles } = withoutAcr;

/** In the order of the checks: each guard lacks what the one before failed at. */
const order: readonly (readonly [path: string, options: GuardOptions, status: number, code: string])[] = [
  ['/order/scope', needsEverything, 403, 'insufficient_scope'],
  ['/order/acr', { ...withoutScope, scope: ['openid'] }, 401, 'authentication_insufficient'],
  ['/order/amr', { ...withoutAcr, amr: ['otp'] }, 403, 'authentication_insufficient'],
  ['/order/roles', { ...withoutAcr, amr: ['pwd'], maxAge: 600 }, 403, 'insufficient_roles'],
  ['/order/permissions', { ...withoutRoles, roles: ['analyst'] }, 403, 'insufficient_permissions'],
  ['/order/check', { permissions: ['reports:read'], check: () => false }, 403, 'check_refused'],
  ['/order/passed', { permissions: ['reports:read'], check: () => true }, 200, ''],
];

const lists: readonly (readonly [path: string, options: GuardOptions])[] = [
  ['/empty-lists', { scope: [], amr: [], roles: [], permissions: allOf(), check: () => true }],
  ['/empty-any', { scope: anyOf(), roles: anyOf(), permissions: anyOf() }],
  ['/all', { permissions: ['reports:read', 'reports:write'] }],
  ['/all-of', { permissions: allOf('reports:read', 'reports:write') }],
  ['/any-of', { permissions: anyOf('reports:read', 'reports:write') }],
  ['/roles', { roles: ['analyst'] }],
  ['/scope', { scope: ['read:users'] }],
];

let world: AppWorld;
const ran: string[] = [];

beforeAll(async () => {
  const routes = (app: Express, auth: Auth) => {
    const handler = (req: Request, res: Response): void => {
      ran.push(req.path);
      res.json({ secret: 'for those who may' });
    };
    for (const [path, options] of [...order, ...lists]) app.get(path, auth.currentUser(options), handler);
  };
  world = await startLibraryWorld(routes, {
    auth: { scope: 'openid profile email read:users read:user READ:USERS read' },
  });
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => {
  world.provider.reset();
  ran.splice(0);
});

const signedIn = async (claims: Record<string, unknown> = {}): Promise<BrowserClient> => {
  world.provider.user = { ...testUser, ...claims };
  const browser = world.browser();
  await world.signIn(browser, '/empty-lists');
  expect(await world.whoIs(browser)).toBe('user-ada');
  return browser;
};
const get = (browser: BrowserClient, path: string): Promise<Visit> => browser.fetchJson(world.url + path);

describe('the order of the checks', () => {
  it.each(order)(
    '%s: the first requirement that is not met answers',
    async (path, _options, status, code) => {
      const answer = await get(await signedIn(), path);
      expect(answer.status).toBe(status);
      expect(ran).toEqual(status === 200 ? ['/empty-lists', path] : ['/empty-lists']);
      if (status !== 200) expect(answer.json()).toMatchObject({ code, status });
    },
  );
});

describe('lists', () => {
  it.each(['/empty-lists', '/empty-any'])('an empty list requires nothing (%s)', async (path) => {
    const browser = await signedIn({ permissions: undefined, roles: undefined });
    expect((await get(browser, path)).status).toBe(200);
  });

  it.each([
    ['reports:read reports:write', 200, 200],
    [['reports:read', 'reports:write'], 200, 200],
    [['reports:write'], 403, 200],
    [['reports'], 403, 403],
    [['REPORTS:READ', 'reports:writer'], 403, 403],
    ['reports:read,reports:write', 403, 403],
    [undefined, 403, 403],
    ['', 403, 403],
    [[], 403, 403],
    [7, 403, 403],
    [true, 403, 403],
    [{ 'reports:read': true, 'reports:write': true }, 403, 403],
    [['reports:read', 'reports:write', 7], 403, 403],
    [[['reports:read', 'reports:write']], 403, 403],
  ])('permissions given as %j: all of two → %i, any of two → %i', async (permissions, all, any) => {
    const browser = await signedIn({ permissions });
    const answers = await Promise.all(['/all', '/all-of', '/any-of'].map((path) => get(browser, path)));
    expect(answers.map(({ status }) => status)).toEqual([all, all, any]);
  });

  it('a missing roles claim is forbidden and no error', async () => {
    const answer = await get(await signedIn({ roles: undefined }), '/roles');
    expect(answer.status).toBe(403);
    expect(answer.json()).toMatchObject({ code: 'insufficient_roles', needed: ['analyst'] });
  });
});

describe('refusals of signed-in people', () => {
  it('RS-06a: a missing scope is a 403 that names it', async () => {
    world.provider.bend.tokenResponse = (response) => {
      response.scope = 'openid';
    };
    const answer = await get(await signedIn(), '/scope');
    expect(answer.status).toBe(403);
    const realm = `localhost:${world.port}`;
    expect(answer.headers['www-authenticate']).toBe(
      `Bearer realm="${realm}", error="insufficient_scope", scope="read:users"`,
    );
    expect(answer.json()).toMatchObject({ code: 'insufficient_scope', needed: ['read:users'] });
    expect(answer.location).toBeNull();
  });

  it.each(['read:user', 'read:userss', 'READ:USERS', 'read:users,write:users', 'read', 'xread:users'])(
    'RS-06b: a scope that only looks like the one needed is not it (%s)',
    async (scope) => {
      world.provider.bend.tokenResponse = (response) => {
        response.scope = `openid ${scope}`;
      };
      const answer = await get(await signedIn({ scp: ['read:users'], scope: 'read:users' }), '/scope');
      expect(answer.status).toBe(403);
      expect(ran).toEqual(['/empty-lists']);
    },
  );

  it('RS-06b: the very scope opens the page', async () => {
    world.provider.bend.tokenResponse = (response) => {
      response.scope = 'openid read:users';
    };
    expect((await get(await signedIn(), '/scope')).status).toBe(200);
  });

  it('RS-07: a missing permission is a 403 without a word of the page', async () => {
    const browser = await signedIn({ permissions: ['reports:read'] });
    const answer = await get(browser, '/all');
    expect(answer.status).toBe(403);
    expect(answer.body).not.toContain('for those who may');
    expect(answer.json()).toMatchObject({ code: 'insufficient_permissions', needed: ['reports:write'] });
    expect(answer.headers['www-authenticate']).toContain('error="insufficient_scope"');
    expect(answer.setCookies).toEqual([]);
    expect(await world.whoIs(browser)).toBe('user-ada');
  });

  it('RS-15c: a page that lacks a permission is a 403 page that says which, and no login', async () => {
    const browser = await signedIn({ permissions: [] });
    world.provider.forgetCalls();
    const page = await browser.get(`${world.url}/all`);
    expect(page.status).toBe(403);
    expect(page.location).toBeNull();
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.body).toContain('reports:read');
    expect(page.body).toContain('reports:write');
    expect(world.provider.calls()).toEqual([]);
  });
});
