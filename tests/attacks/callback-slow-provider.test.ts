// A provider that answers slowly or never: the login is given up in time, and nobody else notices.
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { arrive, expectRefused, untilCallback } from '../support/login-steps.ts';
import { drip, hang, hangUp, html, late } from '../support/scripted-provider/answers.ts';
import type { EndpointName, RawAnswer } from '../support/scripted-provider/types.ts';
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';

const limitSeconds = 0.4;
let provider: ScriptedProvider;
let world: AppWorld;
beforeAll(async () => {
  provider = await startScriptedProvider();
});
afterAll(() => provider.close());
beforeEach(async () => {
  provider.reset();
});

const slow: readonly (readonly [string, string, () => RawAnswer])[] = [
  ['TE-08a', 'never answers', () => hang()],
  ['TE-08b', 'sends a byte now and then', () => drip(50)],
];
const endpoints: readonly (readonly [EndpointName, { tokenCalls: number; userinfoCalls: number }])[] = [
  ['token', { tokenCalls: 1, userinfoCalls: 0 }],
  ['jwks', { tokenCalls: 1, userinfoCalls: 0 }],
  ['userinfo', { tokenCalls: 1, userinfoCalls: 1 }],
];

describe.each(slow)('%s: an endpoint that %s', (id, _what, raw) => {
  it.each(endpoints)(
    `${id}: %s: the login ends in time, and others are served meanwhile`,
    async (endpoint, calls) => {
      await using fresh = await startAppWorld({ provider, auth: { providerTimeoutSeconds: limitSeconds } });
      world = fresh;
      const browser = world.browser();
      const callback = await untilCallback(world, browser);
      provider.bend.raw[endpoint] = raw();
      const startedAt = performance.now();
      let isOver = false;
      const pending = arrive(world, browser, callback).finally(() => {
        isOver = true;
      });
      const other = await world.browser().get(world.url);
      expect(other.status).toBe(200);
      expect(isOver).toBe(false);

      const visit = await pending;
      const seconds = (performance.now() - startedAt) / 1000;
      expect(seconds).toBeGreaterThan(limitSeconds * 0.9);
      expect(seconds).toBeLessThan(limitSeconds * 3);
      expect(visit.headers['retry-after']).toMatch(/^\d+$/);
      await expectRefused(world, browser, visit, { status: 503, code: 'provider_unavailable', ...calls });
    },
  );
});

it('TE-08b: calls that are each just in time do not add up beyond twice the limit', async () => {
  await using fresh = await startAppWorld({ provider, auth: { providerTimeoutSeconds: limitSeconds } });
  const browser = fresh.browser();
  const callback = await untilCallback(fresh, browser);
  const slowly = () => wait(limitSeconds * 850);
  Object.assign(provider.bend, { tokenResponse: slowly, jwks: slowly, userinfo: slowly });
  const visit = await arrive(fresh, browser, callback);
  // Without a limit for all of them together this login would have gone well.
  expect(visit.status).toBe(503);
  expect(await fresh.whoIs(browser)).toBe('401');
});

it('TE-08a: a signed-in person’s pages do not wait for a provider that hangs', async () => {
  await using fresh = await startAppWorld({ provider, auth: { providerTimeoutSeconds: 1 } });
  const browser = fresh.browser();
  await fresh.signIn(browser);
  const stuck = fresh.browser();
  const callback = await untilCallback(fresh, stuck);
  for (const endpoint of ['token', 'userinfo', 'jwks', 'discovery'] as const) {
    provider.bend.raw[endpoint] = hang();
  }
  let isOver = false;
  const pending = arrive(fresh, stuck, callback).finally(() => {
    isOver = true;
  });
  for (let page = 0; page < 20; page += 1) {
    expect((await browser.get(`${fresh.url}/protected`)).status).toBe(200);
  }
  expect(isOver).toBe(false);
  expect((await pending).status).toBe(503);
});

it('TE-08: an answer that comes late but within the limit is taken', async () => {
  await using fresh = await startAppWorld({ provider, auth: { providerTimeoutSeconds: 2 } });
  const browser = fresh.browser();
  await fresh.signIn(browser, '/');
  const callback = await untilCallback(fresh, browser);
  provider.bend.raw.userinfo = late(300, (_request, response) => {
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end('{"sub":"user-ada","name":"Late Ada"}');
  });
  const page = await browser.followAll(await arrive(fresh, browser, callback));
  expect(page.status).toBe(200);
  expect(page.body).toContain('Late Ada');
});

it.each([
  ['hangs up', () => hangUp()],
  ['is away for maintenance', () => html(503)],
])('TE-08: after a token endpoint that %s, the person can sign in anew', async (_title, raw) => {
  await using fresh = await startAppWorld({ provider });
  const browser = fresh.browser();
  const callback = await untilCallback(fresh, browser);
  provider.bend.raw.token = raw();
  const visit = await arrive(fresh, browser, callback);
  // One attempt: a code that is sent twice may end what the first one began.
  const expected = { status: 503, code: 'provider_unavailable', tokenCalls: 1 };
  await expectRefused(fresh, browser, visit, expected);
  const href = /href="([^"]*\/login\?return_to=[^"]*)"/.exec(visit.body)?.[1] ?? '';
  provider.bend.raw.token = undefined;
  const page = await browser.followAll(await browser.get(fresh.url + href));
  expect(page.url).toBe(`${fresh.url}/protected`);
});
