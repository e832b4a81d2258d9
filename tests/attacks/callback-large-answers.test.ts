// Answers of the provider that are far too large, plainly or once inflated: read up to the limit and no further.
import { constants, createBrotliCompress, createGzip } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startAppWorld } from '../support/app-world.ts';
import { arrive, expectRefused, openLogin, untilCallback } from '../support/login-steps.ts';
import { deepJson, oversized } from '../support/scripted-provider/answers.ts';
import type { EndpointName, RawAnswer } from '../support/scripted-provider/types.ts';
import { type ScriptedProvider, startScriptedProvider, testUser } from '../support/scripted-provider.ts';

let provider: ScriptedProvider;
beforeAll(async () => {
  provider = await startScriptedProvider();
});
afterAll(() => provider.close());
beforeEach(() => provider.reset());

const megabyte = 1_000_000;
const callsUntil: Partial<Record<EndpointName, { tokenCalls: number; userinfoCalls: number }>> = {
  token: { tokenCalls: 1, userinfoCalls: 0 },
  jwks: { tokenCalls: 1, userinfoCalls: 0 },
  userinfo: { tokenCalls: 1, userinfoCalls: 1 },
};

const endsWith = async (endpoint: EndpointName, raw: RawAnswer): Promise<void> => {
  await using world = await startAppWorld({ provider });
  const browser = world.browser();
  const callback = await untilCallback(world, browser);
  provider.bend.raw[endpoint] = raw;
  const visit = await arrive(world, browser, callback);
  const expected = { status: 502, code: 'provider_response_invalid', ...callsUntil[endpoint] };
  await expectRefused(world, browser, visit, expected);
  provider.bend.raw[endpoint] = undefined;
  expect((await world.signIn(browser)).status).toBe(200);
};

it.each(
  (['token', 'jwks', 'userinfo'] as const).flatMap((endpoint) => [
    [endpoint, 'announced', true] as const,
    [endpoint, 'not announced', false] as const,
  ]),
)('TE-09: refuses 1.1 MB from the %s endpoint, %s by a length', async (endpoint, _title, announce) => {
  await endsWith(endpoint, oversized(1.1 * megabyte, { sub: testUser.sub, keys: [] }, { announce }));
});

it('TE-09a: refuses a discovery document of 1.1 MB', async () => {
  provider.bend.raw.discovery = oversized(1.1 * megabyte, { issuer: provider.issuer });
  await using world = await startAppWorld({ provider });
  const visit = await openLogin(world, world.browser());
  expect(visit.status).toBe(502);
  expect(visit.setCookies).toEqual([]);
});

it('TE-09: an answer that never ends is left after a megabyte', async () => {
  let sent = 0;
  await endsWith('userinfo', (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const chunk = Buffer.alloc(64 * 1024, ' ');
    const more = (): void => {
      while (!response.destroyed && sent < 200 * megabyte) {
        sent += chunk.length;
        if (!response.write(chunk)) return void response.once('drain', more);
      }
    };
    more();
  });
  // What is above the limit is what was on the way in socket buffers.
  expect(sent).toBeLessThan(20 * megabyte);
});

/** Compressed in pieces, so that the test itself never holds what the app must not hold. */
const compressed = async (encoding: 'gzip' | 'br', megabytes: number): Promise<Buffer> => {
  const stream =
    encoding === 'gzip'
      ? createGzip({ level: 9 })
      : createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 4 } });
  const chunks: Buffer[] = [];
  const done = (async () => {
    for await (const chunk of stream) chunks.push(chunk as Buffer);
  })();
  stream.write(`{"sub":"${testUser.sub}","keys":[],"padding":"`);
  const piece = Buffer.alloc(megabyte, 'x');
  for (let count = 0; count < megabytes; count += 1) {
    if (!stream.write(piece)) await new Promise((resolve) => stream.once('drain', resolve));
  }
  stream.end('"}');
  await done;
  return Buffer.concat(chunks);
};

it.each([
  ['gzip', 'userinfo'],
  ['gzip', 'token'],
  ['gzip', 'jwks'],
  ['br', 'userinfo'],
] as const)('TE-10: a %s bomb at the %s endpoint is not inflated', async (encoding, endpoint) => {
  const bomb = await compressed(encoding, 100);
  expect(bomb.length).toBeLessThan(megabyte / 2);
  const before = process.memoryUsage().rss;
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 2);
  await endsWith(endpoint, (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding }).end(bomb);
  });
  clearInterval(watch);
  most = Math.max(most, process.memoryUsage().rss);
  expect((most - before) / megabyte).toBeLessThan(40);
});

it('TE-10: a small answer that is compressed is read', async () => {
  await using world = await startAppWorld({ provider });
  const body = await compressed('gzip', 0);
  provider.bend.raw.userinfo = (_request, response) =>
    void response
      .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      .end(body);
  const browser = world.browser();
  expect((await world.signIn(browser)).status).toBe(200);
  expect(await world.whoIs(browser)).toBe('user-ada');
});

it('TE-09: half a megabyte of nested brackets in an answer does not end the process', async () => {
  await using world = await startAppWorld({ provider });
  const browser = world.browser();
  provider.bend.raw.userinfo = deepJson(250_000, { sub: testUser.sub });
  const visit = await world.signIn(browser);
  expect([200, 502]).toContain(visit.status);
  expect((await browser.get(world.url)).status).toBe(200);
});
