// A browser whose cookie jar is full of rubbish: every page works, and so does signing in.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { ask, pageNavigation, scriptFetch } from '../support/request-kinds.ts';

let world: AppWorld;
beforeAll(async () => {
  world = await startAppWorld();
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.provider.reset());

const ours = [
  'latchkey.sid',
  'latchkey.token',
  'latchkey.token.0',
  'latchkey.token.1',
  'latchkey.tx.AAAAAAAAAAAA',
];
const values = [
  '',
  '%',
  '%E0%A4%A',
  's%3A',
  's%3Aabc',
  's%3Aabc.def',
  's:.',
  'j%3A%7B%22a%22%3A1%7D',
  '"quoted; value"',
  '\u00ff\u00fe',
  'a'.repeat(3800),
  'AQ'.repeat(60),
  '{"__proto__":{"admin":true}}',
];
const pages = ['/', '/logout', '/healthz', '/missing'];

describe.each(ours)('rubbish in %s', (name) => {
  it.each(values)('%.20j: pages open, guarded ones ask for a login, nothing fails', async (value) => {
    const cookie = `${name}=${value}; ${name}=${value}`;
    for (const path of pages) {
      const answer = await ask(world.url + path, pageNavigation, { cookie });
      expect(answer.status, path).toBe(path === '/missing' ? 404 : 200);
    }
    expect((await ask(`${world.url}/protected`, pageNavigation, { cookie })).status).toBe(302);
    expect((await ask(`${world.url}/api/me`, scriptFetch, { cookie })).status).toBe(401);
  });
});

/** As much as a browser and Node take: 180 cookies and 14 KB. */
const fullJar = (): string[] => [
  ...ours.map((name) => `${name}=${'rubbish'.repeat(40)}`),
  ...Array.from({ length: 15 }, (_, index) => `latchkey.tx.old${index}=${'x'.repeat(200)}`),
  ...Array.from({ length: 160 }, (_, index) => `tracker_${index}=${'y'.repeat(30)}`),
];

it('a person with a full jar signs in, sees the page, and signs out', async () => {
  const browser = world.browser();
  for (const line of fullJar()) browser.cookies.set(world.url, `${line}; Path=/`);
  expect((browser.cookies.header(world.url, 'strict') ?? '').length).toBeGreaterThan(10_000);
  expect((await browser.get(`${world.url}/`)).status).toBe(200);
  const page = await world.signIn(browser);
  expect([page.status, page.body.includes('Ada Lovelace')]).toEqual([200, true]);
  expect(await world.whoIs(browser)).toBe('user-ada');
  const out = await browser.followAll(await browser.post(`${world.url}/logout`));
  expect(out.body).toContain('You are signed out');
  expect(browser.cookies.names(world.url).filter((name) => /sid|token/.test(name))).toEqual([]);
});

it('dead login cookies are cleared by the next login, so that the jar does not stay full', async () => {
  const browser = world.browser();
  for (const line of fullJar()) browser.cookies.set(world.url, `${line}; Path=/`);
  for (let login = 0; login < 3; login += 1) await world.signIn(browser, '/login');
  expect(browser.cookies.names(world.url).filter((name) => name.startsWith('latchkey.tx.'))).toEqual([]);
});

it('a jar beyond what any server takes is 431, and the server goes on', async () => {
  const answer = await ask(`${world.url}/`, pageNavigation, { cookie: `a=${'b'.repeat(40_000)}` });
  expect(answer.status).toBe(431);
  expect((await ask(`${world.url}/`, pageNavigation)).status).toBe(200);
});
