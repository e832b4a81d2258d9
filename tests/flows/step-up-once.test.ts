// B10: what a step-up brings, what it keeps when tokens are renewed, and what no login can mend.
import type { Express } from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Auth, GuardOptions } from '../../src/index.ts';
import { type BearerWorld, challengeOf, mint, startBearerWorld } from '../support/bearer-world.ts';
import type { BrowserClient } from '../support/browser-client.ts';

const guards: Readonly<Record<string, GuardOptions & { readonly optional?: false }>> = {
  '/plain': {},
  '/gold': { acr: 'gold' },
  '/otp': { amr: ['otp'] },
  '/otp-and-fresh': { amr: ['otp'], maxAge: 300 },
  '/otp-and-gold': { amr: ['otp'], acr: 'gold' },
  '/fresh': { maxAge: 300 },
};

let world: BearerWorld;
beforeAll(async () => {
  const auth = { acrOrder: ['bronze', 'silver', 'gold'], scope: 'openid offline_access' };
  world = await startBearerWorld({ auth }, (app: Express, made: Auth) => {
    for (const [path, options] of Object.entries(guards)) {
      app.get(path, made.currentUser(options), (req, res) => {
        const { acr, amr, authTime, scope } = req.auth ?? {};
        res.json({ acr, amr, authTime, scope });
      });
    }
    const stacked = [made.requires({ maxAge: 300 }), made.requires({ acr: 'gold' })];
    app.get('/stacked', made.currentUser(), ...stacked, (_req, res) => void res.json('both'));
  });
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.provider.reset());

/** Somebody who signed in that way, some seconds ago. */
const signedIn = async (how: { acr?: string; amr?: readonly string[] } = {}, ago = 0) => {
  const { provider } = world;
  const browser = world.browser();
  provider.details = how;
  provider.authTime = provider.nowSeconds() - ago;
  expect((await world.signIn(browser, '/plain')).status).toBe(200);
  Object.assign(provider, { details: {}, authTime: null });
  provider.forgetCalls();
  return browser;
};
const open = async (browser: BrowserClient, path: string) => {
  const page = await browser.followAll(await browser.get(world.url + path));
  return { status: page.status, logins: world.provider.calls('authorize').length, body: page.body };
};

describe('B10: a factor that is missing', () => {
  it('B10: comes with the login that is due anyway, in one trip', async () => {
    for (const path of ['/otp-and-fresh', '/otp-and-gold']) {
      const browser = await signedIn({ acr: 'bronze', amr: ['pwd'] }, 900);
      world.provider.details = { amr: ['pwd', 'otp'] };
      expect(await open(browser, path), path).toMatchObject({ status: 200, logins: 1 });
    }
  });

  it('B10: is a 403 page after that trip where it did not come, and no loop', async () => {
    for (const path of ['/otp-and-fresh', '/otp-and-gold']) {
      const browser = await signedIn({ acr: 'bronze', amr: ['pwd'] }, 900);
      expect(await open(browser, path), path).toMatchObject({ status: 403, logins: 1 });
      expect(await open(browser, path), path).toMatchObject({ status: 403, logins: 1 });
      expect(await world.whoIs(browser)).toBe('user-ada');
    }
  });

  it('B10: alone is a 403 page: no request to a provider names factors, so none is sent', async () => {
    const browser = await signedIn({ amr: ['pwd'] }, 900);
    const page = await open(browser, '/otp');
    expect(page).toMatchObject({ status: 403, logins: 0 });
    expect(page.body).toContain('This page needs a stronger sign-in');
  });

  it('B10: is told to a program as an age where a new login may help, and as 403 where none does', async () => {
    const { provider } = world;
    const old = { amr: ['pwd'], auth_time: provider.nowSeconds() - 900 };
    const challenged = await world.bear(await mint(provider, old), '/otp-and-fresh');
    expect(challengeOf(challenged)).toMatchObject({
      error: 'insufficient_user_authentication',
      max_age: '300',
    });
    const fresh = { amr: ['pwd'], auth_time: provider.nowSeconds() };
    const refused = await world.bear(await mint(provider, fresh), '/otp-and-fresh');
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([403, undefined]);
    expect(JSON.parse(refused.body).code).toBe('authentication_insufficient');
  });
});

describe('B10: after the access token was renewed', () => {
  const renewed = async (bend: (claims: Record<string, unknown>) => void) => {
    const browser = await signedIn({ acr: 'gold', amr: ['pwd', 'otp'] });
    const before = (await browser.fetchJson(`${world.url}/plain`)).json();
    world.provider.bend.idTokenClaims = (claims, { grantType }) => {
      if (grantType === 'refresh_token') bend(claims);
    };
    world.advance(3590);
    const after = await browser.fetchJson(`${world.url}/plain`);
    expect(world.provider.calls('token').map(({ form }) => form.get('grant_type'))).toEqual([
      'refresh_token',
    ]);
    return { browser, before, after: after.json() };
  };

  it.each<[string, (claims: Record<string, unknown>) => void]>([
    [
      'has lost acr, amr and auth_time',
      (claims) => void ['acr', 'amr', 'auth_time'].map((name) => delete claims[name]),
    ],
    ['claims a weaker sign-in', (claims) => void Object.assign(claims, { acr: 'bronze', amr: ['pwd'] })],
    ['claims a stronger one', (claims) => void Object.assign(claims, { acr: 'platinum', amr: ['face'] })],
  ])('B10: the strength of the login stays, also where the new ID token %s', async (_what, bend) => {
    const { browser, before, after } = await renewed(bend);
    expect(after).toEqual(before);
    for (const path of ['/gold', '/otp']) {
      expect((await browser.get(world.url + path)).status, path).toBe(200);
    }
  });

  it('B10: the login is no younger: a page for fresh ones asks for another', async () => {
    const { browser } = await renewed(() => {});
    const visit = await browser.get(`${world.url}/fresh`);
    expect(visit.status).toBe(302);
    expect(new URL(visit.location ?? '').searchParams.get('max_age')).toBe('300');
  });
});

it('B10: two requirements that stand one behind the other end after two trips at most', async () => {
  const browser = await signedIn({ acr: 'bronze' }, 900);
  expect(await open(browser, '/stacked')).toMatchObject({ status: 200, logins: 2 });
});

it('B10: a program does what the challenge says, with a new token, and is let in', async () => {
  const { provider } = world;
  const weak = await mint(provider, { acr: 'bronze' });
  const { error, acr_values } = challengeOf(await world.bear(weak, '/gold'));
  expect(error).toBe('insufficient_user_authentication');
  const strong = await mint(provider, { acr: acr_values?.split(' ')[0] });
  expect((await world.bear(strong, '/gold')).status).toBe(200);
  expect((await world.bear(weak, '/gold')).status).toBe(401);
});
