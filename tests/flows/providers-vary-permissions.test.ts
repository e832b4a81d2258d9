// Permissions and roles: read from where the configuration says, in that order, and only from tokens that are genuine.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorldOptions, startAppWorld } from '../support/app-world.ts';
import {
  hmacToken,
  strangerToken,
  unsignedToken,
  withBadSignature,
} from '../support/scripted-provider/forge.ts';
import type { Json } from '../support/scripted-provider/types.ts';
import { type ScriptedProvider, startScriptedProvider, testUser } from '../support/scripted-provider.ts';
import { attemptSignIn, expectSignedIn, factsOf } from '../support/sign-in-attempt.ts';

let provider: ScriptedProvider;
beforeAll(async () => {
  provider = await startScriptedProvider();
});
beforeEach(() => provider.reset());
afterAll(() => provider?.close());

/** What somebody may do after signing in at an app with these options. */
const rightsWith = async (auth: NonNullable<AppWorldOptions['auth']> = {}) => {
  await using world = await startAppWorld({ provider, auth });
  const attempt = await attemptSignIn(world);
  await expectSignedIn(world, attempt);
  const { permissions, roles, user } = await factsOf(world, attempt.browser);
  const page = await attempt.browser.get(`${world.url}/protected/permission`);
  return { permissions, roles, user, mayRead: page.status === 200 };
};

const inAccessToken = (claims: Json, header: Json = { typ: 'at+jwt' }): void => {
  const exp = provider.nowSeconds() + 600;
  provider.bend.accessToken = () => provider.sign({ sub: 'user-ada', aud: 'api', exp, ...claims }, header);
};
const everywhere = (): void => {
  provider.user = { ...testUser, permissions: ['from:userinfo'] };
  provider.bend.idTokenClaims = (claims) => ({ ...claims, permissions: ['from:id_token'] });
  inAccessToken({ permissions: ['from:access_token'] });
};

describe('the order of sources', () => {
  it.each<[string, Json, string[]]>([
    ['the access token goes before the ID token by default', {}, ['from:access_token']],
    ['the ID token can go first', { authorizationFrom: ['id_token', 'access_token'] }, ['from:id_token']],
    ['userinfo counts when it is named', { authorizationFrom: ['userinfo', 'id_token'] }, ['from:userinfo']],
    ['no source, no permission', { authorizationFrom: [] }, []],
  ])('%s', async (_what, auth, expected) => {
    everywhere();
    expect((await rightsWith(auth)).permissions).toEqual(expected);
  });

  it('an opaque access token leaves it to the ID token', async () => {
    expect(await rightsWith()).toMatchObject({
      permissions: ['reports:read'],
      roles: ['analyst'],
      mayRead: true,
    });
  });

  it('userinfo never decides unless it is named, and does not show as part of the user', async () => {
    provider.user = { ...testUser, permissions: undefined, roles: undefined };
    provider.bend.userinfo = (claims) => ({ ...claims, permissions: ['reports:read'], roles: ['admin'] });
    const rights = await rightsWith();
    expect(rights).toMatchObject({ permissions: [], roles: [], mayRead: false });
    expect(rights.user).not.toHaveProperty('permissions');
  });

  it('a claim of an odd shape counts as none, and does not fall through to a source of less weight', async () => {
    inAccessToken({ permissions: { 'reports:read': true }, roles: [['analyst']] });
    expect(await rightsWith()).toMatchObject({ permissions: [], roles: [], mayRead: false });
  });

  it('permissions and roles may each come from another source', async () => {
    inAccessToken({ permissions: ['reports:read'] });
    provider.bend.idTokenClaims = (claims) => ({ ...claims, permissions: ['x'], roles: ['auditor'] });
    expect(await rightsWith()).toMatchObject({ permissions: ['reports:read'], roles: ['auditor'] });
  });
});

describe('a JWT access token', () => {
  const claims = () => ({
    iss: provider.issuer,
    sub: 'user-ada',
    aud: 'api',
    iat: provider.nowSeconds(),
    exp: provider.nowSeconds() + 600,
    permissions: ['admin'],
    roles: ['admin'],
  });
  const kid = () => ({ kid: provider.keys.current.kid, typ: 'at+jwt' });

  it('of this provider counts', async () => {
    inAccessToken({ permissions: ['admin'], roles: ['admin'] });
    expect(await rightsWith()).toMatchObject({ permissions: ['admin'], roles: ['admin'] });
  });

  it('of 5 KB counts as well', async () => {
    const permissions = Array.from({ length: 200 }, (_, n) => `area-${n}:read-and-write`);
    inAccessToken({ permissions });
    expect((await rightsWith()).permissions).toEqual(permissions);
  });

  it.each<[string, () => string | Promise<string>]>([
    ['signed by a stranger', () => strangerToken(claims())],
    ['signed by a stranger under a known kid', () => strangerToken(claims(), kid())],
    ['with a bad signature', async () => withBadSignature(await provider.sign(claims()))],
    ['without a signature', () => unsignedToken(claims(), kid())],
    [
      'signed with the public key as HMAC secret',
      () => hmacToken(claims(), provider.keys.current.publicPem, kid()),
    ],
    ['of another issuer', () => provider.sign({ ...claims(), iss: 'https://other.example' })],
    ['that is over', () => provider.sign({ ...claims(), exp: provider.nowSeconds() - 60 })],
    ['that is a nested list of claims', () => provider.sign([claims()] as unknown as Json)],
  ])('%s is opaque to us: what it claims is ignored, and the person is signed in', async (_what, token) => {
    provider.bend.accessToken = token;
    const rights = await rightsWith();
    expect(rights).toMatchObject({ permissions: ['reports:read'], roles: ['analyst'] });
  });
});

describe('claim paths', () => {
  const url = 'https://example.com/claims.roles';
  const say = (claims: Json): void => {
    provider.bend.idTokenClaims = ({ permissions: _p, roles: _r, ...rest }) => ({ ...rest, ...claims });
  };

  it.each<[string, string[], Json, string[]]>([
    ['steps joined by dots', ['realm_access.roles'], { realm_access: { roles: ['a', 'b'] } }, ['a', 'b']],
    ['three steps', ['resource_access.app.roles'], { resource_access: { app: { roles: ['c'] } } }, ['c']],
    ['a name that is a URL', [url], { [url]: ['d'] }, ['d']],
    ['the first path that is present', ['groups', 'roles'], { roles: ['e'] }, ['e']],
    ['the first path, even when it is empty', ['groups', 'roles'], { groups: [], roles: ['e'] }, []],
    ['a text with spaces', ['roles'], { roles: 'f  g' }, ['f', 'g']],
    ['the same name once', ['roles'], { roles: ['h', 'h'] }, ['h']],
    ['nothing through a missing step', ['realm_access.roles'], { realm_access: null }, []],
    ['nothing through a text', ['roles.length'], { roles: 'abc' }, []],
    ['nothing from a prototype', ['constructor.name'], {}, []],
    ['nothing from __proto__', ['__proto__.roles'], { roles: ['i'] }, []],
    ['nothing from a number', ['roles'], { roles: 7 }, []],
    ['nothing from a list with more than texts', ['roles'], { roles: ['admin', { toString: 'x' }] }, []],
  ])('read %s', async (_what, rolesClaim, claims, expected) => {
    say(claims);
    expect((await rightsWith({ rolesClaim })).roles).toEqual(expected);
  });
});
