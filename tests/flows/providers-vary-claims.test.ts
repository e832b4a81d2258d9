// Providers give claims in different places and shapes; configuration alone must be enough for each.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld, startLibraryWorld } from '../support/app-world.ts';
import { strangerToken, withBadSignature } from '../support/scripted-provider/forge.ts';
import type { Json } from '../support/scripted-provider/types.ts';
import { testClient, testUser } from '../support/scripted-provider.ts';
import { attemptSignIn, expectRefused, expectSignedIn, factsOf } from '../support/sign-in-attempt.ts';

let world: AppWorld;
let withoutUserinfo: AppWorld;
beforeAll(async () => {
  world = await startAppWorld({ auth: { scope: 'openid profile email address phone' } });
  withoutUserinfo = await startAppWorld({ provider: world.provider, auth: { userinfo: 'never' } });
});
beforeEach(() => world.provider.reset());
afterAll(async () => {
  await withoutUserinfo?.[Symbol.asyncDispose]();
  await world?.[Symbol.asyncDispose]();
});

const address = { street_address: '1 Analytical Way', country: 'UK' };

describe('claims about the person', () => {
  it('OR-05: are asked for by scope and usable from userinfo', async () => {
    world.provider.user = { ...testUser, address, phone_number: '+44 1', phone_number_verified: true };
    const attempt = await attemptSignIn(world);
    await expectSignedIn(world, attempt);
    const [request] = world.provider.calls('authorize');
    expect(request?.query.get('scope')).toBe('openid profile email address phone');
    const { user } = await factsOf(world, attempt.browser);
    expect(user).toMatchObject({ sub: 'user-ada', name: 'Ada Lovelace', email: 'ada@example.test' });
    expect(user).toMatchObject({ address, phone_number: '+44 1', phone_number_verified: true });
  });

  it('OR-17a: userinfo is asked with the token in the header, and nowhere else', async () => {
    const attempt = await attemptSignIn(world);
    await expectSignedIn(world, attempt);
    const [call] = world.provider.calls('userinfo');
    expect(call?.method).toBe('GET');
    expect(call?.headers.authorization).toMatch(/^Bearer [\x21-\x7e]+$/);
    expect(call?.path).toBe('/userinfo');
    expect(call?.body).toBe('');
  });

  it('come from the ID token alone where userinfo is switched off, and userinfo is not called', async () => {
    world.provider.bend.idTokenClaims = (claims) => ({ ...claims, name: 'Ada of the ID token' });
    const attempt = await attemptSignIn(withoutUserinfo);
    await expectSignedIn(withoutUserinfo, attempt);
    expect(attempt.page.body).toContain('Ada of the ID token');
    expect(world.provider.calls('userinfo')).toHaveLength(0);
  });

  it('come from the ID token where userinfo knows only the subject', async () => {
    world.provider.bend.idTokenClaims = (claims) => ({ ...claims, name: 'Ada of the ID token' });
    world.provider.bend.userinfo = ({ sub }) => ({ sub });
    const attempt = await attemptSignIn(world);
    await expectSignedIn(world, attempt);
    expect(attempt.page.body).toContain('Ada of the ID token');
  });

  it('come from the ID token where the provider has no userinfo endpoint', async () => {
    world.provider.bend.discovery = (metadata) => void delete metadata.userinfo_endpoint;
    await using fresh = await startAppWorld({ provider: world.provider });
    world.provider.bend.idTokenClaims = (claims) => ({ ...claims, name: 'Ada of the ID token' });
    const attempt = await attemptSignIn(fresh);
    await expectSignedIn(fresh, attempt);
    expect(attempt.page.body).toContain('Ada of the ID token');
  });

  it('nobody needs a name: a person of whom only the subject is known sees their page', async () => {
    world.provider.user = { sub: 'user-nameless' };
    const attempt = await attemptSignIn(world, { path: '/profile' });
    await expectSignedIn(world, attempt, 'user-nameless');
  });

  it.each([
    ['is about another subject', (claims: Json) => ({ ...claims, sub: 'user-eve' })],
    ['is about the same subject in other letters', (claims: Json) => ({ ...claims, sub: 'USER-ADA' })],
    ['is about nobody', ({ sub: _, ...claims }: Json) => claims],
  ])('OR-16: userinfo that %s ends the login', async (_what, change) => {
    world.provider.bend.userinfo = change;
    const refusal = { status: 502, code: 'userinfo_invalid', userinfoCalls: 1 };
    await expectRefused(world, await attemptSignIn(world), refusal);
  });
});

describe('userinfo as a signed JWT', () => {
  const audience = { aud: testClient.clientId };

  it('OR-18: is used when its signature, issuer and audience are right', async () => {
    world.provider.bend.signUserinfo = (claims) =>
      world.provider.sign({ ...claims, ...audience, name: 'Ada, signed' });
    const attempt = await attemptSignIn(world);
    await expectSignedIn(world, attempt);
    expect(attempt.page.body).toContain('Ada, signed');
  });

  it.each<[string, (claims: Json) => string | Promise<string>]>([
    ['by a stranger', (claims) => strangerToken({ ...claims, ...audience, iss: world.provider.issuer })],
    ['badly', async (claims) => withBadSignature(await world.provider.sign({ ...claims, ...audience }))],
    ['for another client', (claims) => world.provider.sign({ ...claims, aud: 'another-client' })],
    [
      'in the name of another issuer',
      (claims) => world.provider.sign({ ...claims, ...audience, iss: 'https://x.example' }),
    ],
    ['about another person', (claims) => world.provider.sign({ ...claims, ...audience, sub: 'user-eve' })],
    ['not at all (alg none)', (claims) => world.provider.sign({ ...claims, ...audience }, { alg: 'none' })],
  ])('OR-18: ends the login when it is signed %s', async (_what, sign) => {
    world.provider.bend.signUserinfo = sign;
    const refusal = { status: 502, code: 'userinfo_invalid', userinfoCalls: 1 };
    await expectRefused(world, await attemptSignIn(world), refusal);
  });
});

describe('auth_time', () => {
  const guarded = () =>
    startLibraryWorld(
      (app, auth) => {
        app.get('/fresh', auth.currentUser({ maxAge: 60 }), (_req, res) => void res.send('fresh enough'));
        app.get('/page', auth.currentUser(), (req, res) => void res.send(`since ${req.auth?.authTime}`));
      },
      { provider: world.provider },
    );
  const say = (authTime: unknown): void => {
    world.provider.bend.idTokenClaims = (claims) => ({ ...claims, auth_time: authTime });
  };

  it.each([[0], [undefined]])('that is %s counts as unknown, and people get in', async (authTime) => {
    say(authTime);
    const attempt = await attemptSignIn(world);
    await expectSignedIn(world, attempt);
    expect((await factsOf(world, attempt.browser)).authTime).toBeNull();
  });

  const past = Math.floor(Date.now() / 1000) - 3600;
  const future = Math.floor(Date.now() / 1000) + 3600;
  it.each<[string, string, unknown, string]>([
    ['ID-08a', 'does not say when the person signed in', undefined, 'authentication_insufficient'],
    ['ID-08a', 'says 0', 0, 'authentication_insufficient'],
    ['ID-08a', 'says an hour ago', past, 'authentication_insufficient'],
    ['ID-08a', 'says in an hour', future, 'id_token_invalid'],
  ])(
    '%s: no way into a page that needs a fresh sign-in when the provider %s, and no loop',
    async (...row) => {
      const [, , authTime, code] = row;
      await using library = await guarded();
      say(past);
      const browser = library.browser();
      expect((await library.signIn(browser, '/page')).body).toBe(`since ${past}`);
      say(authTime);
      world.provider.forgetCalls();
      const page = await library.signIn(browser, '/fresh');
      expect(page.status).toBe(code === 'id_token_invalid' ? 502 : 403);
      expect(page.body).not.toContain('fresh enough');
      expect(world.provider.calls('authorize').map(({ query }) => query.get('max_age'))).toEqual(['60']);
      expect(library.events.flatMap((event) => (event.type === 'login_failed' ? [event.code] : []))).toEqual([
        code,
      ]);
      // Who they were before is still true.
      expect(await library.whoIs(browser)).toBe('user-ada');
    },
  );
});

describe('aud', () => {
  it('may be a list of one', async () => {
    world.provider.bend.idTokenClaims = (claims) => ({ ...claims, aud: [claims.aud], azp: claims.aud });
    await expectSignedIn(world, await attemptSignIn(world));
  });
});
