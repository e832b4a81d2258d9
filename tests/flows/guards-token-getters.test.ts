// Where a guard takes the token from: its own cookie, a cookie of the app, the header, or a place of the app's own.
import type { Express, Request, Response } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Auth, authorizationToken, cookieToken, type GuardOptions } from '../../src/index.ts';
import { type AppWorld, startLibraryWorld } from '../support/app-world.ts';
import { ask, pageNavigation, scriptFetch } from '../support/request-kinds.ts';

let world: AppWorld;
let sid = '';
let sealed = '';
let accessToken = '';

const getters: Record<string, GuardOptions> = {
  '/default': {},
  '/cookie': { token: cookieToken('app.token') },
  '/header': { token: authorizationToken() },
  '/header-scheme': { token: authorizationToken({ scheme: 'Token' }) },
  '/custom': { token: (req) => req.get('x-app-token') ?? null },
  '/custom-later': { token: async (req) => Promise.resolve(req.get('x-app-token') ?? null) },
  '/empty': { token: () => '' },
  '/throws': {
    token: () => {
      throw new Error('secret detail of the getter');
    },
  },
  '/rejects': { token: () => Promise.reject(new Error('secret detail of the getter')) },
};

beforeAll(async () => {
  world = await startLibraryWorld((app: Express, auth: Auth) => {
    const show = async (req: Request, res: Response): Promise<void> => {
      res.json({
        ran: true,
        subject: req.auth?.subject ?? null,
        token: (await req.auth?.accessToken()) ?? null,
      });
    };
    for (const [path, options] of Object.entries(getters)) {
      app.get(path, auth.authenticated(options), show);
      app.get(`/optional${path}`, auth.authenticated({ ...options, optional: true }), show);
    }
  });
  world.provider.bend.accessToken = () => {
    accessToken = 'access-token-with-=-and-+';
    return accessToken;
  };
  const browser = world.browser();
  await world.signIn(browser, '/default');
  sid = `latchkey.sid=${browser.cookies.value(world.url, 'latchkey.sid')}`;
  sealed = `latchkey.token=${browser.cookies.value(world.url, 'latchkey.token')}`;
});
afterAll(() => world[Symbol.asyncDispose]());

const get = (path: string, headers: Record<string, string>) => ask(world.url + path, scriptFetch, headers);

describe('a good token in the right place', () => {
  it.each([
    ['/default', () => ({ cookie: `${sid}; ${sealed}` })],
    ['/cookie', () => ({ cookie: `${sid}; app.token=${encodeURIComponent(accessToken)}` })],
    ['/custom', () => ({ cookie: sid, 'x-app-token': accessToken })],
    ['/custom-later', () => ({ cookie: sid, 'x-app-token': accessToken })],
  ])('lets the person in at %s, and the handler can use the token', async (path, headers) => {
    for (const prefix of ['', '/optional']) {
      const answer = await get(prefix + path, headers());
      expect(answer.status).toBe(200);
      expect(JSON.parse(answer.body)).toEqual({ ran: true, subject: 'user-ada', token: accessToken });
    }
  });
});

describe('a token that does not do', () => {
  it.each([
    ['/cookie', 'the sealed cookie of ours', () => ({ cookie: `${sid}; ${sealed}` }), false],
    [
      '/cookie',
      'a sealed text under its name',
      () => ({ cookie: `${sid}; app.token=${sealed.slice(15)}` }),
      true,
    ],
    ['/cookie', 'another token', () => ({ cookie: `${sid}; app.token=stolen` }), true],
    ['/cookie', 'no session', () => ({ cookie: `app.token=${encodeURIComponent(accessToken)}` }), true],
    ['/cookie', 'broken percent signs', () => ({ cookie: `${sid}; app.token=%E0%A4%A` }), true],
    ['/custom', 'another token', () => ({ cookie: sid, 'x-app-token': 'stolen' }), true],
    ['/custom', 'only our cookie', () => ({ cookie: `${sid}; ${sealed}` }), false],
    ['/empty', 'an empty text', () => ({ cookie: `${sid}; ${sealed}` }), false],
    ['/header', 'only our cookie', () => ({ cookie: `${sid}; ${sealed}` }), false],
  ])('%s: %s is 401, and anonymous where the guard is optional', async (path, _what, headers, presented) => {
    const answer = await get(path, headers());
    expect(answer.status).toBe(401);
    expect(answer.body).not.toContain('"ran"');
    expect(String(answer.headers['www-authenticate']).includes('invalid_token')).toBe(presented);
    const optional = await get(`/optional${path}`, headers());
    expect(optional.status).toBe(200);
    expect(JSON.parse(optional.body)).toMatchObject({ subject: null });
  });
});

describe('an Authorization header', () => {
  const headers = [
    'Bearer',
    'Bearer a b',
    'Basic YTpi',
    'bearer tok',
    'Token tok',
    'Bearer  ',
    'x',
    `Bearer ${'a'.repeat(15_000)}`,
  ];

  it.each(
    headers.flatMap((header) =>
      ['/default', '/header', '/header-scheme'].map((path) => [header.slice(0, 20), path, header] as const),
    ),
  )(
    'RS-02: %s at %s is refused with and without a cookie, optional or not, and quickly',
    async (_what, path, authorization) => {
      for (const target of [path, `/optional${path}`]) {
        for (const cookie of ['', `${sid}; ${sealed}`]) {
          const startedAt = performance.now();
          const answer = await get(target, {
            authorization,
            ...(cookie === '' || authorization.length > 9000 ? {} : { cookie }),
          });
          // An API key where none is taken is forbidden, whatever it is.
          const isKey = authorization.startsWith('Token') && path !== '/header-scheme';
          expect(answer.status, target).toBe(isKey ? 403 : 401);
          expect(answer.body, target).not.toContain('"ran"');
          if (isKey) continue;
          expect(answer.headers['www-authenticate'], target).toContain('error="invalid_token"');
          expect(performance.now() - startedAt).toBeLessThan(500);
        }
      }
    },
  );

  it('RS-03c: decides alone: a good cookie beside it is not looked at', async () => {
    const headersOfBoth = { authorization: `Bearer ${accessToken}`, cookie: `${sid}; ${sealed}` };
    for (const path of ['/default', '/optional/default']) {
      const answer = await get(path, headersOfBoth);
      expect(answer.status).toBe(401);
      expect(answer.body).not.toContain('user-ada');
    }
    const page = await ask(`${world.url}/default`, pageNavigation, headersOfBoth);
    expect([page.status, page.headers.location]).toEqual([401, undefined]);
  });
});

describe('a getter that fails', () => {
  it.each(['/throws', '/rejects', '/optional/throws', '/optional/rejects'])(
    'is a 500 at %s, and the handler does not run',
    async (path) => {
      const answer = await get(path, { cookie: `${sid}; ${sealed}` });
      expect(answer.status).toBe(500);
      expect(answer.body).not.toMatch(/secret detail|"ran"/);
    },
  );
});
