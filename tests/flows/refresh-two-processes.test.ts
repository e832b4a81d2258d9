// Two server processes on one Redis: a page with many requests finds its token ended, and the provider is asked once.
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AppProcess, startAppProcess } from '../support/app-process.ts';
import { type BrowserClient, createBrowserClient } from '../support/browser-client.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { type ScriptedProvider, startScriptedProvider, testClient } from '../support/scripted-provider.ts';

const requestsAtOnce = 50;
const people = 5;
const rounds = 4;
/** Renewed from 1.5 s on, ended after 2 s. */
const tokenSeconds = 2;

let redis: TestRedis;
let provider: ScriptedProvider;
let apps: readonly AppProcess[] = [];
beforeAll(async () => {
  [redis, provider] = await Promise.all([startRedis(), startScriptedProvider()]);
  provider.accessTokenSeconds = tokenSeconds;
  const env = {
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: testClient.clientId,
    OIDC_CLIENT_SECRET: testClient.clientSecret ?? '',
    SESSION_SECRET: 'one secret of more than thirty-two characters for both',
    REDIS_URL: redis.url,
    BASE_URL: 'http://localhost:9',
  };
  // The public address is a balancer's, which the test plays itself.
  const first = await startAppProcess({ env });
  // One directory for both: a person whom one of them does not know would be signed out there.
  apps = [first, await startAppProcess({ env, dataDir: first.dataDir })];
  await Promise.all(apps.map((app) => app.saying('"listening"')));
});
afterAll(async () => {
  for (const app of apps) await app[Symbol.asyncDispose]();
  await Promise.all([redis.stop(), provider.close()]);
});

const appAt = (index: number): AppProcess => apps[index % 2] as AppProcess;
const cookiesOf = (browser: BrowserClient): string => browser.cookies.header(appAt(0).url, 'strict') ?? '';

/** A login, with the balancer in the way: what is meant for the public address goes to one of the two. */
const signIn = async (index: number): Promise<string> => {
  const browser = createBrowserClient();
  const app = appAt(index);
  const request = await browser.follow(await browser.get(`${app.url}/protected`));
  const back = new URL(request.location ?? '');
  const done = await browser.get(`${app.url}${back.pathname}${back.search}`, { from: provider.origin });
  expect([done.status, done.location]).toEqual([303, `${app.url}/protected`]);
  return cookiesOf(browser);
};

/** One page's worth of requests with the cookies of before, spread over both processes. */
const ask = async (cookie: string) => {
  const visits = await Promise.all(
    Array.from({ length: requestsAtOnce }, (_, index) =>
      createBrowserClient().fetchJson(`${appAt(index).url}/api/me`, { headers: { cookie } }),
    ),
  );
  const token = visits
    .flatMap(({ setCookies }) => setCookies)
    .find((line) => line.startsWith('latchkey.token='));
  return { statuses: visits.map(({ status }) => status), token: token?.split(';')[0] ?? '' };
};

it('RT-02b: two server processes on one Redis, 50 requests at once with an ended token, twenty times: 50 answers and one refresh each', async () => {
  // A slow answer of the provider is where the others pile up.
  provider.bend.tokenResponse = async () => wait(40);
  let cookies = await Promise.all(Array.from({ length: people }, (_, index) => signIn(index)));
  let repeated = 0;
  for (let round = 0; round < rounds; round += 1) {
    await wait(tokenSeconds * 1000 + 20);
    const next: string[] = [];
    for (const cookie of cookies) {
      const sid = cookie.split('; ').find((pair) => pair.startsWith('latchkey.sid=')) ?? '';
      provider.forgetCalls();
      // A browser has dropped the cookie of an ended token; a request that was under way still has it.
      const { statuses, token } = await ask(round % 2 === 0 ? cookie : sid);
      expect(statuses).toEqual(Array(requestsAtOnce).fill(200));
      expect(provider.calls('token')).toHaveLength(1);
      expect(provider.calls('token')[0]?.form.get('grant_type')).toBe('refresh_token');
      expect(token).not.toBe('');
      next.push(`${sid}; ${token}`);
      repeated += 1;
    }
    cookies = next;
  }
  expect(repeated).toBe(20);
  expect([...provider.memory.refreshTokens.values()].some(({ isRevoked }) => isRevoked)).toBe(false);
  expect(await redis.keys('latchkey:lock:*')).toEqual([]);
  const refreshedBy = apps.map(
    (app) => app.logLines().filter(({ msg }) => msg === 'tokens_refreshed').length,
  );
  expect(refreshedBy.reduce((sum, count) => sum + count)).toBe(20);
}, 30_000);
