// The examples for those who come from Frontegg: guards for people and tenants, CORS, step-up, and keys of machines.
import type { Express } from 'express';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createApi as createCorsApi } from '../../examples/coming-from/frontegg/cors.ts';
import { createService } from '../../examples/coming-from/frontegg/machine-access.ts';
import { createApi } from '../../examples/coming-from/frontegg/protected.ts';
import { createApi as createStepUp } from '../../examples/coming-from/frontegg/step-up.ts';
import { createApi as createTenants } from '../../examples/coming-from/frontegg/tenant.ts';
import { createVendorAuth } from '../../examples/coming-from/frontegg/vendor-tokens.ts';
import { memoryApiKeys } from '../../src/embedded.ts';
import { createAuth, LatchkeyError } from '../../src/index.ts';
import { testUsers } from '../../src/testing.ts';
import { ask, type ExampleKit, startExampleKit } from '../support/example-kit.ts';
import { startRedis } from '../support/redis.ts';

const { ada } = testUsers;
let kit: ExampleKit;
let api: Express;
beforeAll(async () => {
  kit = await startExampleKit();
  api = kit.app(createApi);
});
afterEach(() => kit.provider.reset());
afterAll(() => kit.close());

describe('a protected route', () => {
  it('gives the handler the person and the claims of the token', async () => {
    const answer = await kit.bear(api, '/protected/deeper', { tenantId: 'acme', type: 'userToken' });
    expect(answer.body).toMatchObject({ user: ada.sub, claims: { tenantId: 'acme', type: 'userToken' } });
  });

  it.each([
    [{ roles: ['my-role'], permissions: ['another-permission'] }, 200, undefined],
    [{ roles: ['my-role'], permissions: [] }, 403, 'insufficient_permissions'],
    [{ roles: [], permissions: ['my-permission'] }, 403, 'insufficient_roles'],
    [{ roles: undefined, permissions: undefined }, 403, 'insufficient_roles'],
  ])('wants one of the roles and one of the permissions: %j → %i', async (claims, status, code) => {
    const answer = await kit.bear(api, '/reports', claims);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('refuses what is no bearer token of ours with one answer, 401 and a challenge', async () => {
    const token = await kit.provider.accessToken();
    const foreign = await kit.provider.accessToken({ aud: 'another-vendor' });
    for (const authorization of [token, `Basic ${token}`, `Bearer ${foreign}`, 'Bearer null', 'undefined']) {
      const answer = await ask(api, '/protected', { authorization });
      expect(answer.status, authorization.slice(0, 8)).toBe(401);
      expect(answer.headers['www-authenticate']).toContain('error="invalid_token"');
    }
    const idToken = await kit.provider.sign({
      ...{ sub: ada.sub, aud: kit.provider.client.clientId, exp: kit.nowSeconds() + 60, nonce: 'n' },
    });
    expect((await ask(api, '/protected', { authorization: `Bearer ${idToken}` })).status).toBe(401);
  });
});

it('a token without a scope is told from an ID token by its type', async () => {
  const { clientId } = kit.provider.client;
  const claims = { sub: ada.sub, aud: clientId, exp: kit.nowSeconds() + 60 };
  const userToken = await kit.provider.sign({ ...claims, type: 'userToken', tenantId: 'acme' });
  const idToken = await kit.provider.sign({ ...claims, nonce: 'n', type: 'userToken' });
  const plain = await kit.provider.sign(claims);
  const vendor = kit.app(createApi, createVendorAuth(kit.options()));
  const statuses = async (app: Express) => {
    const asked = [userToken, idToken, plain].map((token) =>
      ask(app, '/protected', { authorization: `Bearer ${token}` }),
    );
    return (await Promise.all(asked)).map(({ status }) => status);
  };
  expect(await statuses(vendor)).toEqual([200, 401, 401]);
  expect(await statuses(api)).toEqual([401, 401, 401]);
});

describe('a tenant', () => {
  it('opens what is its own and nothing of another tenant', async () => {
    const auth = createAuth(kit.options({ apiKeys: memoryApiKeys() }));
    const app = kit.app(createTenants, auth);
    const status = async (claims: Record<string, unknown>) =>
      (await kit.bear(app, '/tenants/acme/invoices', claims)).status;
    expect([await status({ tenantId: 'acme' }), await status({ tenantId: 'evil' })]).toEqual([200, 403]);
    expect([await status({}), await status({ tenantId: ['acme'] })]).toEqual([403, 403]);
    const { key } = await auth.apiKeys.create({ name: 'acme export', tenant: 'acme' });
    const keyed = (tenant: string) => ask(app, `/tenants/${tenant}/invoices`, { 'x-api-key': key });
    expect([(await keyed('acme')).status, (await keyed('evil')).status]).toEqual([200, 403]);
  });
});

describe('pages of other origins', () => {
  it('may call with credentials from the one that is named, and from no other', async () => {
    const app = kit.app(createCorsApi);
    const asked = {
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'authorization',
    };
    const origins = [
      'https://app.example.com',
      'https://evil.example',
      'null',
      'https://app.example.com.evil.example',
    ];
    const answers = await Promise.all(
      origins.map((origin) => ask(app, '/secret', { ...asked, origin }, 'options')),
    );
    expect(answers.map(({ headers }) => headers['access-control-allow-origin'])).toEqual([
      'https://app.example.com',
      undefined,
      undefined,
      undefined,
    ]);
    expect(answers[0]?.headers['access-control-allow-credentials']).toBe('true');
    const refused = await ask(app, '/secret', { origin: 'https://app.example.com' });
    expect(refused.status, 'the page may read why').toBe(401);
    expect(refused.headers['access-control-expose-headers']).toContain('WWW-Authenticate');
  });
});

describe('a stronger sign-in', () => {
  const acr = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor';
  const good = { acr, amr: ['mfa', 'otp'] };
  it.each([
    ['lets somebody with a second factor pass', {}, 200],
    ['is asked for where there was none', { acr: undefined }, 401],
    ['is asked for where it was another', { acr: 'pwd' }, 401],
    ['is asked for where it is too old', { auth_time: 1 }, 401],
    ['is asked for where nobody knows how old it is', { auth_time: undefined }, 401],
    ['does not count without a factor that is known', { amr: ['mfa'] }, 403],
    ['does not count without amr', { amr: undefined }, 403],
  ])('%s', async (_what, claims, status) => {
    const app = kit.app(createStepUp);
    const answer = await kit.bear(app, '/transfer', { ...good, ...claims });
    expect(answer.status).toBe(status);
    if (status !== 401) return;
    const challenge = answer.headers['www-authenticate'];
    expect(challenge).toContain('error="insufficient_user_authentication"');
    expect(challenge).toContain(`acr_values="${acr}", max_age="3600"`);
  });
});

describe('the key of a machine', () => {
  it('is looked up once for all nodes, counts as revoked at once, and an outage is no revocation', async () => {
    await using redis = await startRedis();
    const store = memoryApiKeys();
    const seen = { finds: 0, away: false };
    const find = async (digest: string) => {
      seen.finds += 1;
      if (seen.away) throw new LatchkeyError('store_unavailable', { detail: 'away' });
      return store.find(digest);
    };
    const options = kit.options();
    const [one, two] = [1, 2].map(() => kit.keep(createService(options, { ...store, find }, redis.url)));
    if (one === undefined || two === undefined) throw new Error('there are two');
    const permissions = ['reports:read'];
    const { key, record } = await one.auth.apiKeys.create({ name: 'export', permissions });
    const headers = { 'x-api-key': key };
    for (const { app } of [one, two, one]) {
      expect((await ask(app, '/whoami', headers)).body).toEqual({ id: record.id, kind: 'api_key' });
      expect((await ask(app, '/reports', headers)).status).toBe(200);
    }
    expect(seen.finds).toBe(1);
    await one.auth.apiKeys.revoke(record.id);
    for (const path of ['/whoami', '/reports']) expect((await ask(two.app, path, headers)).status).toBe(401);

    const { key: other } = await one.auth.apiKeys.create({ name: 'other' });
    seen.away = true;
    expect((await ask(one.app, '/whoami', { 'x-api-key': other })).status).toBe(503);
    seen.away = false;
    expect((await ask(one.app, '/whoami', { 'x-api-key': other })).status).toBe(200);
    expect((await ask(one.app, '/reports', { 'x-api-key': other })).status, 'it may do nothing').toBe(403);
  });

  it('does not count beside an Authorization header, good or bad', async () => {
    await using redis = await startRedis();
    const { app, auth } = kit.keep(createService(kit.options(), memoryApiKeys(), redis.url));
    const { key } = await auth.apiKeys.create({ name: 'export' });
    const headers = { 'x-api-key': key, authorization: 'Bearer garbage' };
    expect((await ask(app, '/whoami', headers)).status).toBe(401);
    const machine = await kit.provider.accessToken({ sub: 'machine', permissions: ['reports:all'] });
    expect((await ask(app, '/reports', { 'x-api-key': machine })).status, 'a JWT may be there too').toBe(200);
  });
});
