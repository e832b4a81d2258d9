// A provider, or a person, that does not deliver what a page asks for: no access, no loop, nobody signed out.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startLibraryWorld } from '../support/app-world.ts';
import { failedLogins } from '../support/login-steps.ts';
import { testUser } from '../support/scripted-provider.ts';

const guards = {
  '/plain': {},
  '/gold': { acr: 'gold' },
  '/unlisted': { acr: 'urn:example:unlisted' },
  '/fresh': { maxAge: 120 },
} as const;

let world: AppWorld;
beforeAll(async () => {
  world = await startLibraryWorld(
    (app, auth) => {
      for (const [path, options] of Object.entries(guards)) {
        app.all(path, auth.currentUser(options), (_req, res) => void res.send(path));
      }
    },
    { auth: { acrOrder: ['bronze', 'silver', 'gold'] } },
  );
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.provider.reset());

const signedIn = async () => {
  const browser = world.browser();
  await world.signIn(browser, '/plain');
  world.provider.forgetCalls();
  return browser;
};

describe('when the provider does not deliver', () => {
  const undelivered: readonly (readonly [string, string, (claims: Record<string, unknown>) => void])[] = [
    ['/gold', 'a weaker acr', (claims) => void Object.assign(claims, { acr: 'silver' })],
    ['/gold', 'no acr', (claims) => void delete claims.acr],
    ['/gold', 'an acr that is a list', (claims) => void Object.assign(claims, { acr: ['gold'] })],
    ['/gold', 'an acr with more behind it', (claims) => void Object.assign(claims, { acr: 'gold silver' })],
    ['/unlisted', 'another acr', (claims) => void Object.assign(claims, { acr: 'gold' })],
    [
      '/fresh',
      'an old login',
      (claims) => void Object.assign(claims, { auth_time: Number(claims.auth_time) - 200 }),
    ],
    ['/fresh', 'no time of login', (claims) => void delete claims.auth_time],
    ['/fresh', 'the time 0', (claims) => void Object.assign(claims, { auth_time: 0 })],
  ];

  it.each(undelivered)(
    'AZ-22: %s with %s is 403 on a page, no loop, and the session stays',
    async (path, _t, bend) => {
      const browser = await signedIn();
      world.advance(300);
      world.provider.bend.idTokenClaims = bend;
      const page = await browser.followAll(await browser.get(world.url + path));
      expect(page.status).toBe(403);
      expect(page.url).toContain('/auth-callback');
      expect(page.body).toContain('This page needs a stronger sign-in');
      expect(world.provider.calls('authorize')).toHaveLength(1);
      expect(failedLogins(world).at(-1)).toBe('authentication_insufficient');
      expect((await browser.get(`${world.url}/plain`)).status).toBe(200);
      expect(await world.whoIs(browser)).toBe('user-ada');
    },
  );

  it('AZ-22: a provider that says it cannot (unmet_authentication_requirements) ends on a page, no loop', async () => {
    const browser = await signedIn();
    world.provider.bend.authorizeResponse = (response) => {
      response.delete('code');
      response.set('error', 'unmet_authentication_requirements');
    };
    const page = await browser.followAll(await browser.get(`${world.url}/gold`));
    expect(page.status).toBe(403);
    expect(page.body).toContain('stronger sign-in');
    expect(world.provider.calls('authorize')).toHaveLength(1);
    expect(await world.whoIs(browser)).toBe('user-ada');
  });
});

it('AZ-22: a form of another site is refused before any step-up begins', async () => {
  const browser = await signedIn();
  const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
  const visit = await browser.post(`${world.url}/gold`, {}, { headers });
  expect(visit.status).toBe(403);
  expect(visit.location).toBeNull();
  expect(visit.setCookies).toEqual([]);
});

it('AZ-22: somebody else who answers the step-up is signed in as themselves, and the first person is not', async () => {
  const browser = await signedIn();
  const first = browser.clone();
  world.provider.user = { ...testUser, sub: 'user-grace' };
  const page = await browser.followAll(await browser.get(`${world.url}/gold`));
  expect(page.status).toBe(200);
  expect(await world.whoIs(browser)).toBe('user-grace');
  expect(await world.whoIs(first)).toBe('401');
});
