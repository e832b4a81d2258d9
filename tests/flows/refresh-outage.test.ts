// The provider is away when a token is to be renewed: served while it lives, told to wait after that, never signed out.
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { BrowserClient } from '../support/browser-client.ts';
import { startRedis } from '../support/redis.ts';
import { type RefreshWorld, startRefreshWorld, tokenLife } from '../support/refresh-world.ts';
import { answer, hang, hangUp, html, json } from '../support/scripted-provider/answers.ts';
import type { RawAnswer } from '../support/scripted-provider/types.ts';

interface Trouble {
  readonly what: string;
  readonly raw: () => RawAnswer;
  readonly after?: string;
}
const troubles: readonly Trouble[] = [
  { what: 'says nothing', raw: hang },
  { what: 'hangs up', raw: hangUp },
  { what: 'answers 500', raw: () => answer(500, 'oops') },
  { what: 'answers 502 with a page', raw: () => html(502) },
  { what: 'answers 503', raw: () => answer(503, '', { 'retry-after': '77' }), after: '77' },
  { what: 'answers 429', raw: () => json({ error: 'slow_down' }, 429, { 'retry-after': '9' }), after: '9' },
  { what: 'answers 408', raw: () => answer(408) },
  { what: 'shows a page of somebody else', raw: () => html(200) },
  { what: 'gives no access token', raw: () => json({ token_type: 'Bearer' }) },
];
const auth = { providerTimeoutSeconds: 0.4 };

const expectToWait = async (
  world: RefreshWorld,
  browser: BrowserClient,
  retryAfter?: string,
): Promise<void> => {
  const cookies = browser.cookies.header(world.url, 'strict');
  const page = await browser.get(`${world.url}/page`);
  expect(page.headers['content-type']).toContain('text/html');
  expect(page.body).toContain('The sign-in service cannot be reached');
  const api = await browser.fetchJson(`${world.url}/api/who`);
  expect(api.headers['content-type']).toContain('application/problem+json');
  expect(api.json()).toMatchObject({ status: 503, code: 'provider_unavailable' });
  for (const visit of [page, api]) {
    expect(visit.status).toBe(503);
    expect(Number(visit.headers['retry-after'])).toBeGreaterThan(0);
    if (retryAfter !== undefined) expect(visit.headers['retry-after']).toBe(retryAfter);
    expect(visit.location).toBeNull();
    expect(visit.setCookies).toEqual([]);
    expect(visit.body).not.toContain('Ada');
  }
  expect(browser.cookies.header(world.url, 'strict')).toBe(cookies);
};

describe.concurrent('a token endpoint that', () => {
  it.each(troubles)(
    '$what: served, then told to wait, then the same session goes on',
    async ({ raw, after }) => {
      await using world = await startRefreshWorld({ auth });
      const browser = await world.signedIn('due');
      const sid = browser.cookies.value(world.url, 'latchkey.sid');
      world.provider.bend.raw.token = raw();
      for (const path of ['/api/who', '/page', '/two']) {
        const visit = await browser.get(world.url + path);
        expect([visit.status, visit.setCookies]).toEqual([200, []]);
      }
      // Asked once, and not again by every request that comes in the next moments.
      expect(world.refreshes()).toHaveLength(1);
      expect(world.events.filter(({ type }) => type === 'refresh_failed')).toHaveLength(1);

      world.advance(tokenLife.dead - tokenLife.due);
      await expectToWait(world, browser, after);
      const optional = await world.who(browser, '/optional');
      expect(optional).toMatchObject({ status: 200, subject: 'nobody' });
      expect(optional.visit.setCookies).toEqual([]);

      delete world.provider.bend.raw.token;
      await wait(2050);
      expect(await world.who(browser)).toMatchObject({ status: 200, subject: 'user-ada' });
      expect(browser.cookies.value(world.url, 'latchkey.sid')).toBe(sid);
      expect(world.events.filter(({ type }) => type === 'session_ended')).toEqual([]);
    },
  );

  it('is not there at all: a dead token waits too, and is not sent to log in', async () => {
    await using world = await startRefreshWorld({ auth });
    const browser = await world.signedIn('dead');
    await world.provider.goDown();
    await expectToWait(world, browser);
    await world.provider.comeBack();
    await wait(2050);
    expect((await browser.get(`${world.url}/page`)).status).toBe(200);
  });
});

describe.concurrent('many people while the provider hangs', () => {
  it('are served at once: nobody queues behind its time limit again and again', async () => {
    await using world = await startRefreshWorld({ auth: { providerTimeoutSeconds: 0.5 } });
    const people = [];
    for (let index = 0; index < 8; index += 1) people.push(await world.signedIn());
    world.advance(tokenLife.due);
    world.provider.bend.raw.token = hang();
    await world.who(people[0] as BrowserClient);
    const startedAt = performance.now();
    const answers = await Promise.all(people.map((browser) => world.who(browser)));
    expect(answers.map(({ status }) => status)).toEqual(people.map(() => 200));
    expect(performance.now() - startedAt).toBeLessThan(400);
    expect(world.refreshes()).toHaveLength(1);
  });

  it('on one session: all are served when the one refresh has failed', async () => {
    await using world = await startRefreshWorld({ auth });
    const browser = await world.signedIn('due');
    world.provider.bend.raw.token = hang();
    const answers = await Promise.all(Array.from({ length: 10 }, () => world.who(browser.clone())));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(world.refreshes()).toHaveLength(1);
  });
});

describe.concurrent('a provider that takes its time', () => {
  it('keeps the lock as long as it is asked: nobody else begins a second refresh', async () => {
    await using redis = await startRedis();
    await using world = await startRefreshWorld({ redis, auth: { providerTimeoutSeconds: 8 } });
    const browser = await world.signedIn('due');
    world.provider.bend.tokenResponse = async () => wait(4200);
    const slow = world.who(browser);
    await expect.poll(() => world.refreshes().length).toBe(1);
    await wait(3600);
    const [lock = ''] = await redis.keys('latchkey:lock:*');
    // Ten seconds from the start would be less than seven from here.
    expect(Number(await redis.send('PTTL', lock))).toBeGreaterThan(8500);
    expect((await slow).status).toBe(200);
    expect(await redis.keys('latchkey:lock:*')).toEqual([]);
    expect(world.refreshes()).toHaveLength(1);
  });
});

describe.concurrent('an app that was started anew', () => {
  const bad: readonly (readonly [string, RawAnswer])[] = [
    ['answers 500', answer(500)],
    ['is a page', html(200)],
    ['names another issuer', json({ issuer: 'https://other.example' })],
  ];
  it.each(bad)('and whose provider’s metadata %s: live tokens serve, dead ones wait', async (_what, raw) => {
    await using redis = await startRedis();
    await using before = await startRefreshWorld({ redis, auth });
    const { provider } = before;
    const browser = await before.signedIn('due');
    provider.bend.raw.discovery = raw;
    await using after = await startRefreshWorld({ redis, provider, auth });
    const moved = after.browser();
    const cookies = (browser.cookies.header(before.url, 'strict') ?? '').split('; ');
    for (const pair of cookies) moved.cookies.set(after.url, `${pair}; Path=/`);
    after.advance(tokenLife.due);
    expect(await after.who(moved)).toMatchObject({ status: 200, subject: 'user-ada' });
    after.advance(tokenLife.dead - tokenLife.due);
    await expectToWait(after, moved);
    expect(before.refreshes()).toHaveLength(0);
  });
});
