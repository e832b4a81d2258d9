// The provider is down at the start or later, slow, or gives nonsense: what needs it waits, the rest goes on.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import type { BrowserClient, Visit } from '../support/browser-client.ts';
import { answer, drip, hang, hangUp, html } from '../support/scripted-provider/answers.ts';
import type { RawAnswer } from '../support/scripted-provider/types.ts';

const auth = { providerTimeoutSeconds: 0.5 };
let world: AppWorld;
beforeAll(async () => {
  world = await startAppWorld({ auth });
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.provider.reset());

const expectUnavailable = (visit: Visit): void => {
  expect(visit.status).toBe(503);
  expect(Number(visit.headers['retry-after'])).toBeGreaterThan(0);
  expect(visit.location).toBeNull();
  expect(visit.headers['content-type']).toContain('text/html');
  expect(visit.body).toContain('The sign-in service cannot be reached');
  expect(visit.body).not.toMatch(/ECONNREFUSED|127\.0\.0\.1|fetch failed|\.ts:/);
};

describe('a provider that is down when the app starts', () => {
  it('LG-03b: keeps nobody from the pages that need none, and logins work once it is there', async () => {
    await using fresh = await startAppWorld({ auth });
    await fresh.provider.goDown();
    const visitor = fresh.browser();
    expect((await visitor.get(`${fresh.url}/`)).status).toBe(200);
    expect((await visitor.fetchJson(`${fresh.url}/healthz`)).status).toBe(200);
    for (const path of ['/protected', '/login']) {
      const page = await visitor.get(fresh.url + path);
      expectUnavailable(page);
      expect(page.setCookies).toEqual([]);
    }
    expect((await visitor.fetchJson(`${fresh.url}/api/me`)).status).toBe(401);
    expect(fresh.logText()).toContain('provider_failed');

    const ready = await visitor.fetchJson(`${fresh.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(ready.json()).toMatchObject({
      status: 'not ready',
      dependencies: [
        { name: 'sessions (memory)', ok: true },
        { name: 'provider', ok: false },
      ],
    });

    await fresh.provider.comeBack();
    fresh.advance(11);
    expect((await fresh.signIn(visitor)).status).toBe(200);
    expect((await visitor.fetchJson(`${fresh.url}/readyz`)).json()).toMatchObject({ status: 'ready' });
  });

  it('is asked at growing intervals, not by every visitor', async () => {
    await using fresh = await startAppWorld({ auth });
    fresh.provider.bend.raw.discovery = answer(500);
    for (let visit = 0; visit < 20; visit += 1) await fresh.browser().get(`${fresh.url}/login`);
    expect(fresh.provider.calls('discovery')).toHaveLength(1);
    fresh.advance(1);
    await Promise.all(Array.from({ length: 10 }, () => fresh.browser().get(`${fresh.url}/login`)));
    expect(fresh.provider.calls('discovery')).toHaveLength(2);
  });
});

describe('a provider that goes down later', () => {
  it('LG-03b: leaves signed-in people on their pages, and tells new ones to wait', async () => {
    const browser = world.browser();
    await world.signIn(browser);
    await world.provider.goDown();
    try {
      world.advance(20 * 60);
      expect((await browser.get(`${world.url}/protected`)).status).toBe(200);
      expect(await world.whoIs(browser)).toBe('user-ada');
      const ready = await browser.fetchJson(`${world.url}/readyz`);
      expect(ready.json()).toMatchObject({ dependencies: [{ ok: true }, { name: 'provider', ok: false }] });
      // What is known about it stays good, so the way there is still shown.
      expect((await world.browser().get(`${world.url}/protected`)).location).toContain('/authorize?');
    } finally {
      await world.provider.comeBack();
    }
    world.advance(11);
    expect((await world.signIn(world.browser())).status).toBe(200);
  });

  it('between the redirect and the callback: a page that says so, and a way to sign in again', async () => {
    const visitor = world.browser();
    const back = await visitor.follow(await visitor.get(`${world.url}/protected?x=1`));
    await world.provider.goDown();
    const page = await visitor.follow(back);
    await world.provider.comeBack();
    expectUnavailable(page);
    expect(page.body).toContain('/login?return_to=%2Fprotected%3Fx%3D1');
    expect(await world.whoIs(visitor)).toBe('401');
    expect(visitor.cookies.names(world.url).join()).not.toMatch(/sid|token/);
    expect((await world.signIn(visitor, '/protected?x=1')).status).toBe(200);
  });
});

describe('a provider that answers badly at the end of a login', () => {
  const bad: readonly (readonly [what: string, answer: () => RawAnswer, status: number])[] = [
    ['says nothing', hang, 503],
    ['drips', () => drip(50), 503],
    ['hangs up', hangUp, 503],
    ['answers 500', () => answer(500, 'oops'), 503],
    ['answers 503', () => answer(503, '', { 'retry-after': '120' }), 503],
    ['answers 429', () => answer(429), 503],
    ['shows a page', () => html(), 502],
  ];
  const finish = async (): Promise<readonly [BrowserClient, Visit, number]> => {
    const visitor = world.browser();
    const back = await visitor.follow(await visitor.get(`${world.url}/protected`));
    const startedAt = performance.now();
    return [visitor, await visitor.follow(back), performance.now() - startedAt];
  };

  for (const endpoint of ['token', 'userinfo', 'jwks'] as const) {
    it.each(bad)(
      `the ${endpoint} endpoint %s: an error page in good time, nobody signed in`,
      async (...given) => {
        const [what, raw, status] = given;
        // Keys are fetched once and kept, so each of these needs an app that has none yet.
        await using fresh = endpoint === 'jwks' ? await startAppWorld({ auth }) : null;
        const { provider } = fresh ?? world;
        provider.bend.raw[endpoint] = raw();
        const before = world;
        if (fresh !== null) world = fresh;
        try {
          const [visitor, page, ms] = await finish();
          expect(page.status).toBe(status);
          expect(ms).toBeLessThan(1500);
          expect(page.headers['content-type']).toContain('text/html');
          expect(page.headers['retry-after'] !== undefined).toBe(status === 503);
          if (what === 'answers 503' && endpoint === 'token') expect(page.headers['retry-after']).toBe('120');
          expect(await world.whoIs(visitor)).toBe('401');
          expect(page.setCookies.join()).not.toMatch(/sid=|token=/);
        } finally {
          world = before;
        }
      },
    );
  }
});
