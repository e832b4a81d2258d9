// Only a person who opens a page starts a login: nothing that a page embeds, fetches or posts does it for them.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type AppWorld, startAppWorld, startLibraryWorld } from '../support/app-world.ts';

let world: AppWorld;
beforeAll(async () => {
  world = await startAppWorld();
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.provider.reset());

it('AZ-01: what a person typed into a form is not carried on to the provider', async () => {
  await using library = await startLibraryWorld(
    (app, auth) => void app.post('/form', auth.currentUser(), (_req, res) => void res.send('done')),
    { provider: world.provider },
  );
  const browser = library.browser();
  const visit = await browser.post(`${library.url}/form`, { diary: 'private words' });
  // 307 would make the browser post the form to the provider.
  expect(visit.status).toBe(303);
  expect(visit.location).not.toContain('private');
  await browser.follow(visit);
  const [authorize] = library.provider.calls('authorize');
  expect(authorize?.method).toBe('GET');
  expect(authorize?.body).toBe('');
});

it.each([
  ['image', {}],
  ['iframe', {}],
  ['script', {}],
  ['empty', { 'x-requested-with': 'XMLHttpRequest' }],
])('AZ-23: another site cannot start a login with an embedded %s', async (dest, headers) => {
  const browser = world.browser();
  const visit = await browser.embed(`${world.url}/login`, dest, { from: 'https://evil.example/', headers });
  expect(visit.status).toBe(403);
  expect(visit.location).toBeNull();
  expect(visit.setCookies).toEqual([]);
});

it.each(['prefetch', 'prefetch;prerender'])(
  'AZ-23: a %s of the login address starts none',
  async (purpose) => {
    const visit = await world.browser().get(`${world.url}/login`, { headers: { 'sec-purpose': purpose } });
    expect(visit.status).toBe(403);
    expect(visit.setCookies).toEqual([]);
  },
);

it('AZ-23: an image that points at a protected page is 401 and starts no login', async () => {
  const from = 'https://evil.example/';
  const visit = await world.browser().embed(`${world.url}/protected`, 'image', { from });
  expect(visit.status).toBe(401);
  expect(visit.setCookies).toEqual([]);
  expect(world.provider.calls('authorize')).toEqual([]);
});

it('AZ-23: a person who follows a link from another site does start one', async () => {
  const visit = await world.browser().get(`${world.url}/login`, { from: 'https://news.example/' });
  expect(visit.status).toBe(302);
});
