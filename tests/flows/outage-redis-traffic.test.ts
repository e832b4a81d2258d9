// Redis is killed and restarted with its data while the app, as a process of its own, is under steady traffic.
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AppProcess, startAppProcess } from '../support/app-process.ts';
import { type BrowserClient, createBrowserClient } from '../support/browser-client.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { type ScriptedProvider, startScriptedProvider, testClient } from '../support/scripted-provider.ts';
import { expectNobodySignedOut, startTraffic, type Traffic } from '../support/traffic.ts';

let redis: TestRedis;
let provider: ScriptedProvider;
let app: AppProcess;
let people: readonly BrowserClient[];
beforeAll(async () => {
  // As an operator would run it: every write is on the disk before it is answered.
  const settings = ['--appendonly', 'yes', '--appendfsync', 'always'];
  [redis, provider] = await Promise.all([startRedis({ settings }), startScriptedProvider()]);
  app = await startAppProcess({
    env: {
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: testClient.clientId,
      OIDC_CLIENT_SECRET: testClient.clientSecret ?? '',
      SESSION_SECRET: 'a secret of more than thirty-two characters',
      REDIS_URL: redis.url,
    },
  });
  await app.saying('"listening"');
  people = Array.from({ length: 4 }, () => createBrowserClient());
  for (const browser of people) await browser.followAll(await browser.get(`${app.url}/protected`));
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await Promise.all([redis.stop(), provider.close()]);
});

const cookies = () => people.map((browser) => browser.cookies.header(app.url, 'strict'));
const everybody = () =>
  people.flatMap((browser) => [
    { kind: 'page', path: '/protected', browser } as const,
    { kind: 'api', path: '/api/me', browser } as const,
    { kind: 'optional', path: '/', browser } as const,
  ]);

/** Traffic before, while and after; nobody logs in, loses a cookie or becomes somebody else. */
const through = async (outage: (traffic: Traffic) => Promise<void>) => {
  const before = cookies();
  const logins = provider.calls('authorize').length;
  const keys = await redis.keys('latchkey:session:*');
  const traffic = startTraffic(app.url, everybody());
  await traffic.allWell();
  await outage(traffic);
  await traffic.allWell();
  await traffic.stop();
  expectNobodySignedOut(traffic.answers, { signedIn: 'user-ada' });
  expect(provider.calls('authorize')).toHaveLength(logins);
  expect(cookies()).toEqual(before);
  expect(await redis.keys('latchkey:session:*')).toEqual(keys);
  return traffic.answers;
};

it('LG-03a: killed and away for a while: 503 with Retry-After, then the same sessions', async () => {
  const answers = await through(async (traffic) => {
    await redis.kill();
    await traffic.someTurnedAway();
    await wait(1500);
    await redis.restart();
  });
  const turnedAway = answers.filter(({ visit }) => visit.status === 503);
  expect(new Set(turnedAway.map(({ kind }) => kind))).toEqual(new Set(['page', 'api']));
  // The first are waited for a second; the rest are told at once, so that nothing piles up.
  expect(turnedAway.filter(({ tookMs }) => tookMs < 300).length).toBeGreaterThan(8);
  expect(Math.max(...answers.map(({ tookMs }) => tookMs))).toBeLessThan(2600);
  // While it was away the start page was served to them as to anybody.
  const from = turnedAway[0]?.at ?? 0;
  const to = turnedAway.at(-1)?.at ?? 0;
  const optional = answers.filter(({ kind, at }) => kind === 'optional' && at > from && at < to);
  expect(optional.some(({ visit }) => visit.status === 200 && !visit.body.includes('Ada'))).toBe(true);
  expect(app.errorOutput()).toBe('');
});

it('killed and restarted at once, three times: nobody notices', async () => {
  const answers = await through(async (traffic) => {
    for (let round = 0; round < 3; round += 1) {
      await redis.kill();
      await redis.restart();
      await traffic.allWell();
    }
  });
  expect(answers.filter(({ visit }) => visit.status !== 200)).toEqual([]);
});

it('that hangs is an outage too, and over as soon as it goes on', async () => {
  await through(async (traffic) => {
    redis.pause();
    await traffic.someTurnedAway();
    redis.resume();
  });
});
