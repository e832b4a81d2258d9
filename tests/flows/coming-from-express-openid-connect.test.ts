// The examples for those who come from express-openid-connect: signing in, routes of one's own, claims and tokens.
import { generateKeyPairSync } from 'node:crypto';
import type { Express } from 'express';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createApi } from '../../examples/coming-from/express-openid-connect/api.ts';
import { createApp as createBasic } from '../../examples/coming-from/express-openid-connect/basic.ts';
import { createShop } from '../../examples/coming-from/express-openid-connect/call-an-api.ts';
import { createApp as createClaims } from '../../examples/coming-from/express-openid-connect/claims.ts';
import { createApp as createOrganization } from '../../examples/coming-from/express-openid-connect/organization.ts';
import { createSite as createOwnRoutes } from '../../examples/coming-from/express-openid-connect/own-routes.ts';
import { createKeyedAuth } from '../../examples/coming-from/express-openid-connect/private-key.ts';
import { createApp as createRoutes } from '../../examples/coming-from/express-openid-connect/routes.ts';
import { createApp as createLinks } from '../../examples/coming-from/express-openid-connect/sign-in-links.ts';
import { createApp as createSilent } from '../../examples/coming-from/express-openid-connect/silent.ts';
import { createApp as createUserinfo } from '../../examples/coming-from/express-openid-connect/userinfo.ts';
import { signedIn, startTestProvider, testAuthOptions, testUsers } from '../../src/testing.ts';
import { startApiService } from '../support/api-service.ts';
import { ask, type ExampleKit, openPage, startExampleKit } from '../support/example-kit.ts';

const { ada, bob } = testUsers;
let kit: ExampleKit;

beforeAll(async () => {
  kit = await startExampleKit();
});
afterEach(() => kit.provider.reset());
afterAll(() => kit.close());

const loginOf = async (app: Express, path: string): Promise<URLSearchParams> => {
  const { headers } = await openPage(app, path);
  const { searchParams } = new URL(headers.location ?? 'about:blank');
  return searchParams;
};

describe('signing in', () => {
  it('everything behind the guard needs it, and a script is told so without a redirect', async () => {
    const app = kit.app(createBasic);
    expect((await openPage(app, '/')).headers.location).toContain(`${kit.provider.origin}/`);
    const script = await ask(app, '/', { accept: '*/*' });
    expect([script.status, script.headers.location]).toEqual([401, undefined]);
    await using session = await signedIn(app, ada, { loginPath: '/' });
    expect(await (await session.open('/')).text()).toBe(`hello ${ada.sub}`);
  });

  it('uses a code with PKCE in the address, and no form that is posted across sites', async () => {
    const asked = await loginOf(kit.app(createBasic), '/');
    expect(asked.get('response_type')).toBe('code');
    expect(asked.get('code_challenge_method')).toBe('S256');
    expect(asked.get('response_mode')).not.toBe('form_post');
  });

  it('is for one route where only that one is guarded', async () => {
    const app = kit.app(createRoutes);
    expect((await openPage(app, '/')).text).toContain('Admin section');
    expect((await openPage(app, '/admin')).status).toBe(302);
    await using session = await signedIn(app, ada, { loginPath: '/admin' });
    expect(await (await session.open('/admin')).text()).toContain(`Hello ${ada.sub}`);
  });

  it('happens by itself for those whom the provider knows, and is tried once for the others', async () => {
    const app = kit.app(createSilent);
    expect((await loginOf(app, '/')).get('prompt')).toBe('none');
    await using session = await signedIn(app, ada, { loginPath: '/' });
    expect(await (await session.open('/')).text()).toBe(`hello ${ada.sub}`);
    expect((await ask(app, '/')).text, 'a script is no page').toContain('Sign in');
  });

  it('has addresses of its own for signing in and after signing out', async () => {
    const { app } = kit.keep(createOwnRoutes(kit.options()));
    await using session = await signedIn(app, ada, { loginPath: '/sign-in' });
    expect(await (await session.fetch('/profile')).text()).toBe(`profile of ${ada.sub}`);
    await session.signOut();
    const end = kit.provider.calls('end_session').at(-1)?.query;
    expect(end?.get('post_logout_redirect_uri')).toBe('http://localhost:3000/bye');
    expect((await session.fetch('/profile')).status).toBe(401);
  });

  it.each([
    ['/sign-in/email?email=ada@example.test', 'login_hint', 'ada@example.test'],
    ['/sign-in/french', 'ui_locales', 'fr'],
    ['/sign-in/again', 'prompt', 'login'],
    ['/sign-in/other-account', 'prompt', 'select_account'],
  ])('%s tells the provider %s=%s', async (path, name, value) => {
    const app = kit.app(createLinks);
    const link = (await openPage(app, path)).headers.location ?? '';
    expect((await loginOf(app, link)).get(name)).toBe(value);
  });

  it('takes nothing else from an address: no scope, no redirect URI, no way to another site', async () => {
    const app = kit.app(createLinks);
    const more = 'scope=admin&redirect_uri=https://evil.example&return_to=https://evil.example';
    const asked = await loginOf(app, `/login?${more}`);
    expect(asked.get('scope')).not.toContain('admin');
    expect(asked.get('redirect_uri')).toBe('http://localhost:3000/auth-callback');
  });
});

describe('claims', () => {
  const paths = ['/admin', '/sales-managers', '/payroll', '/numbers'];
  it.each([
    [{ isAdmin: true }, [200, 403, 200, 403]],
    [{ isAdmin: 'true' }, [403, 403, 403, 403]],
    [{ roles: ['sales', 'manager'] }, [403, 200, 403, 200]],
    [{ roles: ['sales'] }, [403, 403, 403, 200]],
    [{ roles: ['payroll'] }, [403, 403, 200, 200]],
    [{}, [403, 403, 403, 403]],
  ])('%j opens %j', async (claims, statuses) => {
    await using session = await signedIn(kit.app(createClaims), { sub: 'eve', ...claims });
    const answers = await Promise.all(paths.map((path) => session.fetch(path)));
    expect(answers.map(({ status }) => status)).toEqual(statuses);
  });

  it('that are missing are a page that says so, and no login over and over', async () => {
    await using session = await signedIn(kit.app(createClaims), bob);
    const page = await session.open('/admin');
    expect([page.status, page.redirected]).toEqual([403, false]);
  });

  it('keep people of other organizations out of everything behind the guard', async () => {
    const app = kit.app(createOrganization);
    await using member = await signedIn(app, { ...ada, org_id: 'org_acme' });
    expect(await (await member.open('/')).text()).toBe(`hello ${ada.sub}`);
    await using stranger = await signedIn(app, { ...bob, org_id: 'org_evil' });
    expect((await stranger.open('/')).status).toBe(403);
  });

  it('are asked anew at userinfo where a page wants that, and it is 503 when nobody answers', async () => {
    const more = { act: { sub: 'support-7' }, fields: { size: 7 } };
    await using session = await signedIn(kit.app(createUserinfo), { ...ada, ...more });
    expect(await (await session.fetch('/')).json()).toMatchObject(more);
    kit.provider.changeUser(ada.sub, { email: 'now@example.test' });
    expect(await (await session.fetch('/')).json()).toMatchObject({
      sub: ada.sub,
      email: 'now@example.test',
    });
    kit.provider.fail('userinfo', { status: 500 });
    expect((await session.fetch('/')).status).toBe(503);
  });
});

describe('tokens', () => {
  it('call an API, and are renewed once for all requests of the moment they end in', async () => {
    await using api = await startApiService();
    const { app } = kit.keep(createShop(kit.options(), api.url));
    await using session = await signedIn(app, ada);
    const asked = new URLSearchParams(kit.provider.calls('authorize')[0]?.query);
    expect(asked.get('resource')).toBe('https://api.example.com/products');
    expect(await (await session.fetch('/')).json()).toEqual({ method: 'GET', url: '/products' });
    const first = api.calls[0]?.headers.authorization;
    expect(first).toMatch(/^Bearer \S{20}/);

    kit.pass(3600);
    const answers = await Promise.all([1, 2, 3].map(() => session.fetch('/')));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const grants = kit.provider.calls('token').map(({ form }) => form.get('grant_type'));
    expect(grants).toEqual(['authorization_code', 'refresh_token']);
    expect(new Set(api.calls.slice(1).map(({ headers }) => headers.authorization)).size).toBe(1);
    expect(api.calls[1]?.headers.authorization).not.toBe(first);
  });

  it('of a client with a key are fetched without any secret', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES256' }] };
    const clients = [{ clientId: 'keyed', authMethod: 'private_key_jwt' as const, jwks }];
    await using provider = await startTestProvider({ clients });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const auth = createKeyedAuth({ ...testAuthOptions(provider), clientSecret: 'unused' }, pem);
    await using session = await signedIn(kit.app(createRoutes, auth), ada);
    expect((await session.fetch('/admin')).status).toBe(200);
    const [call] = provider.calls('token');
    expect(call?.form.get('client_assertion_type')).toContain('jwt-bearer');
    expect([call?.form.get('client_secret'), call?.headers.authorization]).toEqual([null, undefined]);
  });

  it('without the scope are 403 at the API, with the scope that is missing', async () => {
    const api = kit.app(createApi);
    expect((await kit.bear(api, '/products', { scope: 'read:products' })).status).toBe(200);
    const poor = await kit.bear(api, '/products', { scope: 'read:productsx' });
    expect(poor.status).toBe(403);
    expect(poor.headers['www-authenticate']).toContain('scope="read:products"');
  });
});
