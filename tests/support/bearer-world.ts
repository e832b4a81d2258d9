// An API behind the guards, tokens of every kind for it, and the questions that a program asks with them.
import express, { type Express, type Request, type Response } from 'express';
import { expect } from 'vitest';
import type { Auth } from '../../src/index.ts';
import { anyOf } from '../../src/index.ts';
import { type AppWorld, type AppWorldOptions, startLibraryWorld } from './app-world.ts';
import type { ReceivedAnswer } from './browser-request.ts';
import { sendRequest } from './browser-request.ts';
import type { Json } from './scripted-provider/types.ts';
import { type ScriptedProvider, testClient, testUser } from './scripted-provider.ts';

/** Sends what a handler behind a guard sees. */
export const show = async (req: Request, res: Response): Promise<void> => {
  const { auth } = req;
  const { accessToken, ...facts } = auth ?? {};
  const user = req.user === undefined ? 'not asked' : req.user;
  const token = auth?.kind === 'api_key' ? null : ((await accessToken?.()) ?? null);
  res.json({ ran: true, auth: auth === null ? null : facts, user, token });
};

/** The routes that the questions go to. */
export const guardedRoutes = (app: Express, auth: Auth): void => {
  app.use(express.urlencoded({ extended: false }));
  app.all('/token', auth.authenticated(), show);
  app.all('/user', auth.currentUser(), show);
  app.all('/optional', auth.authenticated({ optional: true }), show);
  app.all('/scope', auth.authenticated({ scope: ['reports'] }), show);
  app.all('/any-scope', auth.authenticated({ scope: anyOf('reports', 'archive') }), show);
  app.all('/permission', auth.authenticated({ permissions: ['reports:read'] }), show);
  app.all('/role', auth.authenticated({ roles: ['analyst'] }), show);
  app.all('/acr', auth.authenticated({ acr: 'gold' }), show);
  app.all('/fresh', auth.authenticated({ maxAge: 300 }), show);
};

export interface BearerWorld extends AppWorld {
  /** Asks with these headers. */
  ask(
    path: string,
    headers?: Record<string, string>,
    method?: string,
    body?: string,
  ): Promise<ReceivedAnswer>;
  /** Asks with this token as a bearer token. */
  bear(token: string, path?: string): Promise<ReceivedAnswer>;
}

export const startBearerWorld = async (
  given: AppWorldOptions = {},
  routes: (app: Express, auth: Auth) => void = guardedRoutes,
): Promise<BearerWorld> => {
  const world = await startLibraryWorld(routes, given);
  const ask: BearerWorld['ask'] = (path, headers = {}, method = 'GET', body) =>
    sendRequest(
      {
        method,
        url: world.url + path,
        headers: { accept: 'application/json', ...headers },
        body: body ?? null,
      },
      { behindProxy: {}, timeoutMs: 10_000 },
    );
  return Object.assign(world, {
    ask,
    bear: (token: string, path = '/token') => ask(path, { authorization: `Bearer ${token}` }),
  });
};

/** A JWT access token as RFC 9068 wants it. A claim or header member that is `undefined` is left out. */
export const mint = (provider: ScriptedProvider, claims: Json = {}, header: Json = {}): Promise<string> =>
  provider.sign(
    {
      sub: testUser.sub,
      aud: testClient.clientId,
      exp: provider.nowSeconds() + 600,
      client_id: 'some-client',
      scope: 'reports',
      jti: crypto.randomUUID(),
      ...claims,
    },
    { typ: 'at+jwt', ...header },
  );

/** An opaque token that the provider knows; `revoke` ends it there. */
export const opaque = (provider: ScriptedProvider, scope: readonly string[] = ['reports']) => {
  const token = `opaque-${crypto.randomUUID()}`;
  const grant = {
    client: testClient,
    user: testUser,
    scope,
    request: new URLSearchParams(),
    authTime: provider.nowSeconds(),
    sid: 'sid',
    isRevoked: false,
  };
  provider.memory.accessTokens.set(token, grant);
  return {
    token,
    revoke: () => {
      grant.isRevoked = true;
    },
  };
};

/** What a challenge says, by attribute. Fails where an attribute stands twice or holds what RFC 6750 forbids. */
export const challengeOf = (answer: ReceivedAnswer): Record<string, string> => {
  const header = String(answer.headers['www-authenticate'] ?? '');
  const attribute = '[a-z_]+="[\\x20-\\x21\\x23-\\x5b\\x5d-\\x7e]*"';
  if (!new RegExp(`^Bearer ${attribute}(?:, ${attribute})*$`).test(header)) {
    throw new Error(`no good challenge: ${header}`);
  }
  const found = [...header.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, name = '', text = '']) => [name, text]);
  if (new Set(found.map(([name]) => name)).size < found.length)
    throw new Error(`an attribute twice: ${header}`);
  return Object.fromEntries(found);
};

/** Everything that must be true when a bearer token is refused: at each guard, and without asking anybody. */
export const expectBadToken = async (world: BearerWorld, token: string): Promise<void> => {
  world.provider.forgetCalls();
  for (const path of ['/token', '/optional', '/user']) {
    const answer = await world.bear(token, path);
    expect(answer.status, path).toBe(401);
    expect(answer.body).not.toContain('"ran"');
    expect(challengeOf(answer)).toMatchObject({ error: 'invalid_token' });
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'unauthenticated', error: 'invalid_token' });
    expect(answer.headers['set-cookie']).toBeUndefined();
  }
  expect(world.provider.calls('introspection')).toEqual([]);
  expect(world.provider.calls('userinfo')).toEqual([]);
};
