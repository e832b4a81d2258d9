// A login that is too weak or too old: one more round trip for people, a challenge for scripts, and never a loop.
import type { Request, Response } from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startLibraryWorld } from '../support/app-world.ts';
import type { BrowserClient, Visit } from '../support/browser-client.ts';

let world: AppWorld;
const show = (req: Request, res: Response) =>
  void res.json({ secret: 'vault', acr: req.auth?.acr, authTime: req.auth?.authTime });

beforeAll(async () => {
  world = await startLibraryWorld(
    (app, auth) => {
      app.get('/any', auth.currentUser(), show);
      app.get('/strong', auth.currentUser({ acr: 'silver' }), show);
      app.post('/strong', auth.currentUser({ acr: 'silver' }), show);
      app.get('/unlisted', auth.currentUser({ acr: 'urn:odd' }), show);
      app.get('/fresh', auth.currentUser({ maxAge: 300 }), show);
      app.get('/both', auth.currentUser({ acr: 'gold', maxAge: 300 }), show);
      app.get('/optional', auth.currentUser({ optional: true, acr: 'silver' }), show);
      app.get('/otp', auth.currentUser({ amr: ['otp'] }), show);
    },
    { auth: { acrOrder: ['bronze', 'silver', 'gold'] } },
  );
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.provider.reset());

const signedIn = async (claims: Record<string, unknown> = {}): Promise<BrowserClient> => {
  world.provider.bend.idTokenClaims = (honest) => void Object.assign(honest, claims);
  const browser = world.browser();
  expect((await world.signIn(browser, '/any')).status).toBe(200);
  world.provider.bend.idTokenClaims = undefined;
  world.provider.forgetCalls();
  return browser;
};
const fetchAt = (browser: BrowserClient, path: string): Promise<Visit> => browser.fetchJson(world.url + path);
const challengeOf = (visit: Visit): string => {
  expect(visit.status).toBe(401);
  expect(visit.location).toBeNull();
  expect(visit.json()).toMatchObject({ status: 401, code: 'authentication_insufficient' });
  expect(visit.body).not.toContain('vault');
  return String(visit.headers['www-authenticate']);
};
const base = () => `Bearer realm="localhost:${world.port}", error="insufficient_user_authentication"`;

describe('scripts', () => {
  it('RS-08a: a lower acr is a challenge that lists every value that would do', async () => {
    const answer = await fetchAt(await signedIn({ acr: 'bronze' }), '/strong');
    expect(challengeOf(answer)).toBe(`${base()}, acr_values="silver gold"`);
  });

  it('RS-08b: a login that is too old is a challenge with the age that would do', async () => {
    world.provider.authTime = world.provider.nowSeconds() - 400;
    expect(challengeOf(await fetchAt(await signedIn(), '/fresh'))).toBe(`${base()}, max_age="300"`);
  });

  it.each([
    ['/strong', { acr: undefined }],
    ['/strong', { acr: ['gold'] }],
    ['/strong', { acr: 'Silver' }],
    ['/unlisted', { acr: 'gold' }],
    ['/fresh', { auth_time: undefined }],
    ['/fresh', { auth_time: 0 }],
    ['/both', { acr: 'gold', auth_time: undefined }],
  ])('RS-08c: at %s a login that says %j is not enough', async (path, claims) => {
    challengeOf(await fetchAt(await signedIn(claims), path));
  });

  it.each([
    ['/strong', { acr: 'silver' }],
    ['/strong', { acr: 'gold' }],
    ['/unlisted', { acr: 'urn:odd' }],
    ['/fresh', {}],
    ['/both', { acr: 'gold' }],
    ['/otp', { amr: ['pwd', 'otp'] }],
  ])('at %s a login that says %j is enough', async (path, claims) => {
    expect((await fetchAt(await signedIn(claims), path)).status).toBe(200);
  });

  it('allows 30 seconds between the clocks and no more', async () => {
    const browser = await signedIn({ auth_time: world.provider.nowSeconds() - 300 });
    world.advance(25);
    expect((await fetchAt(browser, '/fresh')).status).toBe(200);
    world.advance(10);
    challengeOf(await fetchAt(browser, '/fresh'));
  });

  it('a missing factor is forbidden: asking again would change nothing', async () => {
    const answer = await fetchAt(await signedIn({ amr: ['pwd'] }), '/otp');
    expect(answer.status).toBe(403);
    expect(answer.json()).toMatchObject({ code: 'authentication_insufficient' });
  });

  it('forbidden stays forbidden where the guard is optional', async () => {
    challengeOf(await fetchAt(await signedIn({ acr: 'bronze' }), '/optional'));
    expect((await world.browser().fetchJson(`${world.url}/optional`)).status).toBe(200);
  });
});

describe('people', () => {
  it('RS-16a: a person is asked for a stronger login once and lands on the page', async () => {
    const browser = await signedIn({ acr: 'bronze' });
    const trail: Visit[] = [];
    const page = await browser.followAll(await browser.get(`${world.url}/strong?a=1`), 9, trail);
    expect(page.status).toBe(200);
    expect(page.url).toBe(`${world.url}/strong?a=1`);
    const [asked, ...more] = world.provider.calls('authorize');
    expect(asked?.query.get('acr_values')).toBe('silver gold');
    expect(asked?.query.has('max_age')).toBe(false);
    expect(more).toEqual([]);
  });

  it('RS-16a: a person whose login is too old is asked with max_age', async () => {
    world.provider.authTime = world.provider.nowSeconds() - 400;
    const browser = await signedIn();
    world.provider.authTime = null;
    expect((await world.signIn(browser, '/fresh')).status).toBe(200);
    expect(world.provider.calls('authorize').map(({ query }) => query.get('max_age'))).toEqual(['300']);
  });

  it('asks for strength and age together, so that one round trip is enough', async () => {
    expect((await world.signIn(await signedIn(), '/both')).status).toBe(200);
    const [asked, ...more] = world.provider.calls('authorize');
    expect(asked?.query.get('acr_values')).toBe('gold');
    expect(asked?.query.get('max_age')).toBe('300');
    expect(more).toEqual([]);
  });

  it.each([
    ['/strong', { acr: 'bronze' }],
    ['/strong', { acr: undefined }],
    ['/fresh', { auth_time: 1_000_000_000 }],
    ['/fresh', { auth_time: undefined }],
  ])('RS-16b: at %s a provider that answers %j leads to a 403 page and no loop', async (path, claims) => {
    const browser = await signedIn({ acr: 'bronze', auth_time: world.provider.nowSeconds() - 900 });
    world.provider.bend.idTokenClaims = (honest) => void Object.assign(honest, claims);
    const sid = browser.cookies.value(world.url, 'latchkey.sid');
    const page = await world.signIn(browser, path);
    expect(page.status).toBe(403);
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.url).toContain('/auth-callback');
    expect(world.provider.calls('authorize')).toHaveLength(1);
    expect(world.provider.calls('userinfo')).toHaveLength(0);
    // The session they had is as good as before.
    expect(browser.cookies.value(world.url, 'latchkey.sid')).toBe(sid);
    expect(await world.whoIs(browser)).toBe('user-ada');
  });

  it('a form that needs a stronger login leads there without its body', async () => {
    const browser = await signedIn({ acr: 'bronze' });
    const answer = await browser.post(`${world.url}/strong`, { amount: '100' });
    expect(answer.status).toBe(303);
    expect(answer.location).toContain('acr_values=silver');
    expect(answer.location).not.toContain('amount');
    const page = await browser.followAll(answer);
    expect(page.method).toBe('GET');
    expect(page.url).toBe(`${world.url}/strong`);
  });
});
