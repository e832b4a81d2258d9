// The examples for those who come from Axioms: what they answer, and where they do better.
import type { Express } from 'express';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createService } from '../../examples/coming-from/axioms/api.ts';
import { createApiAuth } from '../../examples/coming-from/axioms/bearer-only.ts';
import { createPlainAuth } from '../../examples/coming-from/axioms/errors.ts';
import { createApi as createMethods } from '../../examples/coming-from/axioms/methods.ts';
import { createApi as createOptional } from '../../examples/coming-from/axioms/optional.ts';
import { createApi as createArticles } from '../../examples/coming-from/axioms/ownership.ts';
import { createApi as createStacked } from '../../examples/coming-from/axioms/stacked.ts';
import { testUsers } from '../../src/testing.ts';
import { ask, type ExampleKit, startExampleKit } from '../support/example-kit.ts';

const { ada, bob } = testUsers;
const domain = 'axioms.example.com';
const roles = `https://${domain}/claims/roles`;
const permissions = `https://${domain}/claims/permissions`;

let kit: ExampleKit;
let api: Express;
beforeAll(async () => {
  kit = await startExampleKit();
  api = kit.keep(createService(kit.options({ audience: 'https://api.example.com' }), domain)).app;
});
afterEach(() => kit.provider.reset());
afterAll(() => kit.close());

const aud = 'https://api.example.com';

describe('the API', () => {
  it('gives the handler the claims of the token', async () => {
    const answer = await kit.bear(api, '/private', { aud, scope: 'openid' });
    expect([answer.status, answer.body]).toEqual([200, { subject: ada.sub }]);
  });

  it.each([
    ['/private', 'get', { scope: 'profile other' }, 200],
    ['/private', 'get', { scope: 'other' }, 403],
    ['/private', 'get', { scope: undefined }, 403],
    ['/role', 'patch', { [roles]: ['sample:admin'] }, 200],
    ['/role', 'get', { [roles]: ['sample'] }, 403],
    ['/role', 'get', { [roles]: 'sample:role' }, 200],
    ['/role', 'get', { roles: ['sample:role'] }, 403],
    ['/permission', 'get', { [permissions]: ['sample:read'] }, 200],
    ['/permission', 'post', { [permissions]: ['sample:read'] }, 403],
    ['/permission', 'post', { [permissions]: ['sample:create'] }, 200],
    ['/permission', 'patch', { [permissions]: ['sample:update'] }, 200],
    ['/permission', 'patch', { [permissions]: ['sample:updated'] }, 403],
    ['/permission', 'delete', { [permissions]: ['sample:delete'] }, 200],
    ['/permission', 'delete', {}, 403],
  ] as const)('%s by %s with %j → %i', async (path, how, claims, status) => {
    const answer = await kit.bear(api, path, { aud, ...claims }, how);
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer.headers['www-authenticate']).toContain('error="insufficient_scope"');
  });

  it.each([
    ['whose audience is a part of ours', { aud: 'https://api.example' }],
    ['whose audience contains ours', { aud: 'https://api.example.com.evil.example' }],
    ['without an audience', { aud: undefined }],
    ['without an end', { exp: undefined }],
    ['of another issuer', { iss: 'https://evil.example' }],
    ['that is not good yet', { nbf: 4_000_000_000 }],
  ])('a token %s is 401, and never 500', async (_what, claims) => {
    const answer = await kit.bear(api, '/private', { aud, ...claims });
    expect([answer.status, answer.body.error]).toEqual([401, 'invalid_token']);
  });

  it.each(['Bearer', 'Bearer ', 'Bearer x', 'Bearer a.b.c', 'Basic eDp5', 'Bearer eyJhbGciOiJub25lIn0.e30.'])(
    'garbage is 401 (%j)',
    async (authorization) => {
      expect((await ask(api, '/private', { authorization })).status).toBe(401);
    },
  );

  it('no token is 401 with a challenge in double quotes', async () => {
    const answer = await ask(api, '/private');
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([
      401,
      'Bearer realm="localhost:3000"',
    ]);
  });
});

describe('an API that signs nobody in', () => {
  it('needs an issuer and an audience alone', async () => {
    const only = kit.app(createStacked, createApiAuth(kit.provider.issuer, aud, 'http://localhost:3000'));
    const claims = { scope: 'openid', roles: ['editor'] };
    expect((await kit.bear(only, '/drafts', { ...claims, aud })).status).toBe(200);
    for (const other of [kit.provider.client.clientId, 'http://localhost:3000']) {
      expect((await kit.bear(only, '/drafts', { ...claims, aud: other })).status, other).toBe(401);
    }
    const cookie = 'latchkey.sid=s%3Aabc.def; latchkey.token=x';
    expect((await ask(only, '/drafts', { cookie })).status).toBe(401);
  });
});

describe('errors', () => {
  it('have two fields, and a header that says the same', async () => {
    const plain = kit.app(createStacked, createPlainAuth(kit.options()));
    const none = await ask(plain, '/drafts');
    expect([none.status, none.body]).toEqual([
      401,
      { error: 'invalid_token', error_description: 'There is no access token' },
    ]);
    const poor = await kit.bear(plain, '/drafts', { scope: 'email' });
    expect([poor.status, Object.keys(poor.body)]).toEqual([403, ['error', 'error_description']]);
    const { error, error_description } = poor.body;
    expect(poor.headers['www-authenticate']).toBe(
      `Bearer realm="api", error="${error}", error_description="${error_description}"`,
    );
    expect(error).toBe('insufficient_scope');
  });
});

describe('guards that stand one behind the other', () => {
  const editor = { scope: 'openid', roles: ['editor'] };
  it.each([
    [editor, 200],
    [{ ...editor, roles: ['admin', 'x'] }, 200],
    [{ ...editor, scope: 'email' }, 403],
    [{ ...editor, roles: [] }, 403],
  ])('require all of it, as one guard does: %j → %i', async (claims, status) => {
    const app = kit.app(createStacked);
    for (const path of ['/drafts', '/in-one']) {
      expect((await kit.bear(app, path, claims)).status, path).toBe(status);
    }
  });

  it('let nobody in where the one that finds out who it is was forgotten', async () => {
    expect((await kit.bear(kit.app(createStacked), '/forgotten', editor)).status).toBe(401);
  });

  it('differ by method; a method that is not named is refused, and OPTIONS asks for nothing', async () => {
    const app = kit.app(createMethods);
    const create = { permissions: ['sample:create'] };
    const both = { permissions: ['sample:delete'], scope: 'openid profile' };
    expect((await kit.bear(app, '/samples', {})).body).toEqual({ method: 'GET' });
    expect((await kit.bear(app, '/samples', create, 'post')).status).toBe(200);
    expect((await kit.bear(app, '/samples', { permissions: [] }, 'post')).status).toBe(403);
    expect((await kit.bear(app, '/samples', both, 'delete')).status).toBe(200);
    expect((await kit.bear(app, '/samples', { ...both, scope: 'openid' }, 'delete')).status).toBe(403);
    expect((await kit.bear(app, '/samples', {}, 'put')).status).toBe(405);
    expect((await ask(app, '/samples', {}, 'options')).status).toBe(204);
    expect((await ask(app, '/samples')).status).toBe(401);
  });
});

describe('an object', () => {
  const articles = new Map<string, { id: string; user: string }>([
    ['1', { id: '1', user: ada.sub }],
    ['2', { id: '2', user: '' }],
  ]);
  it.each([
    ['is 401 for nobody, before it is looked for', '/articles/9', null, 401],
    ['that is not there is 404', '/articles/9', ada.sub, 404],
    ['is given to its owner', '/articles/1', ada.sub, 200],
    ['is 403 for everybody else', '/articles/1', bob.sub, 403],
    ['without an owner is nobody’s', '/articles/2', ada.sub, 403],
  ])('%s', async (_what, path, sub, status) => {
    const asked: string[] = [];
    const app = kit.app((auth) =>
      createArticles(auth, async (id) => {
        asked.push(id);
        return articles.get(id) ?? null;
      }),
    );
    const answer = sub === null ? await ask(app, path) : await kit.bear(app, path, { sub });
    expect(answer.status).toBe(status);
    expect(asked).toHaveLength(sub === null ? 0 : 1);
    if (status === 200) expect(answer.body).toEqual(articles.get('1'));
  });
});

describe('a route for everybody', () => {
  it('knows who brings a token, and what needs one refuses strangers', async () => {
    const app = kit.app(createOptional);
    expect((await ask(app, '/public')).body).toEqual({ subject: null });
    expect((await kit.bear(app, '/public')).body).toEqual({ subject: ada.sub });
    expect((await ask(app, '/mine')).status).toBe(401);
    expect((await kit.bear(app, '/mine', { scope: 'email' })).status).toBe(403);
    expect((await kit.bear(app, '/public', { exp: 1 })).status, 'a bad token is said to be one').toBe(401);
  });
});
