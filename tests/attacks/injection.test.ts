// AT-01, AT-03: hostile claims about a person on every page: shown as text, never run, never fetched.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { startAttackerServer } from '../support/attacker-server.ts';
import type { BrowserClient } from '../support/browser-client.ts';
import { escaped, expectHarmless, payloads } from '../support/hostile-texts.ts';

let world: AppWorld;
beforeAll(async () => {
  world = await startAppWorld();
});
beforeEach(() => world.provider.reset());
afterAll(() => world[Symbol.asyncDispose]());

const personalPages = [
  '/',
  '/protected',
  '/protected/permission',
  '/profile',
  '/sessions',
  '/logout',
  '/missing',
  '/protected/scope',
];
const visitAll = async (browser: BrowserClient): Promise<readonly string[]> => {
  const bodies: string[] = [];
  for (const path of personalPages) bodies.push((await browser.get(world.url + path)).body);
  return bodies;
};
describe('hostile claims', () => {
  it.each(payloads)('%s: %j is text on every page', async (_id, payload) => {
    const claims = [
      'name',
      'given_name',
      'nickname',
      'preferred_username',
      'email',
      'locale',
      'zoneinfo',
      'picture',
    ];
    const hostile = Object.fromEntries(
      [...claims, 'website', 'profile', 'phone_number', 'gender'].map((name) => [name, payload]),
    );
    world.provider.user = {
      sub: `user-${payload.replace(/[^\x21-\x7e]/g, '')}`,
      ...hostile,
      permissions: ['reports:read', payload],
      roles: [payload],
    };
    const browser = world.browser();
    expect((await world.signIn(browser, '/profile')).status).toBe(200);
    const bodies = await visitAll(browser);
    for (const body of bodies) {
      expectHarmless(body);
    }
    // Shown as it came, to the last character.
    expect(bodies[personalPages.indexOf('/profile')]).toContain(`<bdi>${escaped(payload)}</bdi>`);
  });

  it.each([
    ['javascript:alert(1)', false],
    ['JaVaScRiPt:alert(1)', false],
    [' javascript:alert(1)', false],
    ['java\tscript:alert(1)', false],
    ['data:text/html,<script>alert(1)</script>', false],
    ['vbscript:msgbox(1)', false],
    ['http://plain.example/', false],
    ['//evil.example/', false],
    ['https://user:password@evil.example/', false],
    ['https://ada.example/page', true],
  ])('AT-01c: website %j is a link: %s', async (website, isLink) => {
    world.provider.user = { sub: 'user-ada', name: 'Ada', website };
    const browser = world.browser();
    const { body } = await world.signIn(browser, '/profile');
    expect(/<a href="[^"/#][^"]*"[^>]*>/.test(body)).toBe(isLink);
    expectHarmless(body);
    if (isLink) expect(body).toContain(`<a href="${website}" rel="noreferrer noopener"`);
  });

  it('AT-01: JSON holds them as data, labelled so that no browser takes it for a page', async () => {
    const name = '</script><script>alert(1)</script>';
    world.provider.user = { sub: 'user-ada', name };
    const browser = world.browser();
    await world.signIn(browser);
    const visit = await browser.get(`${world.url}/api/me`);
    expect(visit.json()).toMatchObject({ user: { name } });
    expect(visit.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(visit.headers['x-content-type-options']).toBe('nosniff');
  });

  it('AT-03a: a picture, or any other address in a claim, is never fetched and never shown', async () => {
    await using attacker = await startAttackerServer();
    const at = (path: string) => `${attacker.url}/${path}`;
    world.provider.user = {
      sub: 'user-ada',
      name: 'Ada',
      picture: at('picture.png'),
      website: at('website'),
      profile: at('profile'),
      _claim_sources: { a: { endpoint: at('claims') } },
    };
    const browser = world.browser();
    await world.signIn(browser, '/profile');
    for (const body of await visitAll(browser)) expect(body).not.toMatch(/picture\.png|169\.254/);
    expect(attacker.connections).toBe(0);
  });
});
