// Two server processes on one Redis: userinfo grows old, many requests come at once, and the provider is asked once.
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AppProcess, startAppProcess } from '../support/app-process.ts';
import { createBrowserClient } from '../support/browser-client.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { type ScriptedProvider, startScriptedProvider, testClient } from '../support/scripted-provider.ts';

const requestsAtOnce = 30;
const rounds = 3;
const userinfoSeconds = 4;

let redis: TestRedis;
let provider: ScriptedProvider;
let apps: readonly AppProcess[] = [];
beforeAll(async () => {
  [redis, provider] = await Promise.all([startRedis(), startScriptedProvider()]);
  const env = {
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: testClient.clientId,
    OIDC_CLIENT_SECRET: testClient.clientSecret ?? '',
    OIDC_AUTHORIZATION_FROM: 'userinfo',
    OIDC_USERINFO_SECONDS: String(userinfoSeconds),
    SESSION_SECRET: 'one secret of more than thirty-two characters for both',
    REDIS_URL: redis.url,
    // The public address is a balancer's, which the test plays itself.
    BASE_URL: 'http://localhost:9',
  };
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

const signIn = async (): Promise<string> => {
  const browser = createBrowserClient();
  const { url } = appAt(0);
  const request = await browser.follow(await browser.get(`${url}/protected`));
  const back = new URL(request.location ?? '');
  await browser.get(`${url}${back.pathname}${back.search}`, { from: provider.origin });
  return browser.cookies.header(url, 'strict') ?? '';
};

it('30 requests at once after each interval: 30 answers, one call, its rights on both processes, whoever fetches', async () => {
  const cookie = await signIn();
  const visit = (index: number, path: string) =>
    createBrowserClient().fetchJson(appAt(index).url + path, { headers: { cookie } });
  for (let round = 0; round < rounds; round += 1) {
    // A slow answer of the provider is where the others pile up.
    provider.bend.userinfo = async (claims) => {
      await wait(40);
      return { ...claims, permissions: round % 2 === 0 ? [] : ['reports:read'] };
    };
    await wait(userinfoSeconds * 1000 + 20);
    provider.forgetCalls();
    const visits = await Promise.all(
      Array.from({ length: requestsAtOnce }, (_, index) => visit(index + round + 1, '/api/me')),
    );
    expect(visits.map(({ status }) => status)).toEqual(Array(requestsAtOnce).fill(200));
    for (const index of [0, 1]) {
      const page = await visit(index, '/protected/permission');
      expect(page.status).toBe(round % 2 === 0 ? 403 : 200);
    }
    expect(provider.calls('userinfo')).toHaveLength(1);
    expect(provider.calls('token')).toEqual([]);
  }
  expect(await redis.keys('latchkey:lock:*')).toEqual([]);
}, 30_000);
