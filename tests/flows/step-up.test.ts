// A page that asks for a stronger or fresher login: one trip to the provider and back, or a page that says no.
import type { Express } from 'express';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Auth, GuardOptions } from '../../src/index.ts';
import { type AppWorld, startLibraryWorld } from '../support/app-world.ts';
import type { Visit } from '../support/browser-client.ts';
import { authorizationRequest } from '../support/login-steps.ts';

const guards: Readonly<Record<string, GuardOptions & { readonly optional?: false }>> = {
  '/plain': {},
  '/gold': { acr: 'gold' },
  '/silver': { acr: 'silver' },
  '/unlisted': { acr: 'urn:example:unlisted' },
  '/fresh': { maxAge: 120 },
  '/now': { maxAge: 0 },
  '/gold-and-fresh': { acr: 'gold', maxAge: 120 },
  '/gold-and-permission': { acr: 'gold', permissions: ['nobody has this'] },
  '/scope-and-gold': { acr: 'gold', scope: ['nobody was given this'] },
};
const pages = (app: Express, auth: Auth): void => {
  for (const [path, options] of Object.entries(guards)) {
    app.all(path, auth.currentUser(options), (req, res) => void res.send(`${path} for ${req.auth?.acr}`));
  }
  app.get('/optional-gold', auth.currentUser({ optional: true, acr: 'gold' }), (req, res) => {
    res.send(req.user === null ? 'anonymous' : 'gold');
  });
};

let world: AppWorld;
beforeAll(async () => {
  world = await startLibraryWorld(pages, { auth: { acrOrder: ['bronze', 'silver', 'gold'] } });
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.provider.reset());

const signedIn = async (path = '/plain') => {
  const browser = world.browser();
  await world.signIn(browser, path);
  world.provider.forgetCalls();
  return browser;
};
const stepUpEvents = () => world.events.filter((event) => event.type === 'login_started' && event.stepUp);

it.each([
  ['/gold', { acr_values: 'gold' }],
  ['/silver', { acr_values: 'silver gold' }],
  ['/unlisted', { acr_values: 'urn:example:unlisted' }],
  ['/fresh', { max_age: '120' }],
  ['/now', { max_age: '0' }],
  ['/gold-and-fresh', { acr_values: 'gold', max_age: '120' }],
])('AZ-22: %s asks the provider for what it needs, once, and is served after it', async (path, asked) => {
  const browser = await signedIn();
  world.advance(300);
  const before = stepUpEvents().length;
  const start = await browser.get(`${world.url}${path}?kept=yes`);
  expect(start.status).toBe(302);
  const request = authorizationRequest(start);
  const { acr_values, max_age } = Object.fromEntries(request);
  expect({ acr_values, max_age }).toEqual({ acr_values: undefined, max_age: undefined, ...asked });
  const trail: Visit[] = [];
  const page = await browser.followAll(start, 10, trail);
  expect(page.status).toBe(200);
  expect(page.url).toBe(`${world.url}${path}?kept=yes`);
  // Page, provider, callback, page.
  expect(trail).toHaveLength(4);
  expect(stepUpEvents()).toHaveLength(before + 1);
  // From now on it simply opens.
  world.provider.forgetCalls();
  expect((await browser.get(world.url + path)).status).toBe(200);
  expect(world.provider.calls()).toEqual([]);
});

it('AZ-22: an anonymous visitor is asked for it with the first login: one trip, and they land on the page', async () => {
  const browser = world.browser();
  const page = await world.signIn(browser, '/gold');
  expect(page.body).toBe('/gold for gold');
  expect(world.provider.calls('authorize')).toHaveLength(1);
  expect(world.provider.calls('authorize')[0]?.query.get('acr_values')).toBe('gold');
});

it('AZ-22: a stronger login opens the weaker page, and a weaker one does not open the stronger', async () => {
  const browser = await signedIn();
  await browser.followAll(await browser.get(`${world.url}/gold`));
  expect((await browser.get(`${world.url}/silver`)).status).toBe(200);
  const other = await signedIn();
  await other.followAll(await other.get(`${world.url}/silver`));
  expect((await other.get(`${world.url}/silver`)).status).toBe(200);
  expect((await other.get(`${world.url}/gold`)).status).toBe(302);
});

it('AZ-22: a strength that is not in the order only equals itself', async () => {
  const browser = await signedIn();
  await browser.followAll(await browser.get(`${world.url}/gold`));
  expect((await browser.get(`${world.url}/unlisted`)).status).toBe(302);
});

it('AZ-22: a fresh login grows old, with 30 seconds of grace for two clocks', async () => {
  const browser = await signedIn('/fresh');
  world.advance(145);
  expect((await browser.get(`${world.url}/fresh`)).status).toBe(200);
  world.advance(10);
  expect((await browser.get(`${world.url}/fresh`)).status).toBe(302);
});

it.each([
  ['/gold', 'acr_values="gold"'],
  ['/silver', 'acr_values="silver gold"'],
  ['/fresh', 'max_age="120"'],
  ['/gold-and-fresh', 'acr_values="gold", max_age="120"'],
])(
  'AZ-22: a script that fetches %s gets the challenge of RFC 9470 and no redirect',
  async (path, attributes) => {
    const browser = await signedIn();
    world.advance(300);
    const visit = await browser.fetchJson(world.url + path);
    expect(visit.status).toBe(401);
    expect(visit.headers['www-authenticate']).toContain('error="insufficient_user_authentication"');
    expect(visit.headers['www-authenticate']).toContain(attributes);
    expect(visit.headers['content-type']).toContain('application/problem+json');
    expect(visit.json()).toMatchObject({ status: 401, code: 'authentication_insufficient' });
    expect(visit.setCookies).toEqual([]);
    expect(world.provider.calls()).toEqual([]);
  },
);

it('AZ-22: a form that needs a step-up is not carried to the provider', async () => {
  const browser = await signedIn();
  const visit = await browser.post(`${world.url}/gold`, { diary: 'private words' });
  expect(visit.status).toBe(303);
  expect(visit.location).not.toContain('private');
});

it('AZ-22: nobody steps up for a page they may not open anyway: the scope is looked at first', async () => {
  const browser = await signedIn();
  expect((await browser.get(`${world.url}/scope-and-gold`)).status).toBe(403);
  expect(world.provider.calls('authorize')).toEqual([]);
});

it('AZ-22: after the step-up a missing permission is 403, and no second step-up begins', async () => {
  const browser = await signedIn();
  const page = await browser.followAll(await browser.get(`${world.url}/gold-and-permission`));
  expect(page.status).toBe(403);
  expect(page.body).toContain('nobody has this');
  expect(world.provider.calls('authorize')).toHaveLength(1);
});

it('AZ-22: an optional page is open to anonymous visitors, and asks signed-in ones to step up', async () => {
  expect((await world.browser().get(`${world.url}/optional-gold`)).body).toBe('anonymous');
  const browser = await signedIn();
  const page = await browser.followAll(await browser.get(`${world.url}/optional-gold`));
  expect(page.body).toBe('gold');
});
