// A rolling change of the session secret over two real processes on one Redis, with somebody signed in all the time.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AppProcess, startAppProcess } from '../support/app-process.ts';
import { type Balancer, startBalancer } from '../support/balancer.ts';
import { type BrowserClient, createBrowserClient } from '../support/browser-client.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { type ScriptedProvider, startScriptedProvider, testClient } from '../support/scripted-provider.ts';

const older = 'the older secret of more than thirty-two characters';
const newer = 'the newer secret of more than thirty-two characters';
/** Renewed from 0.75 s on. */
const tokenSeconds = 1;

let redis: TestRedis;
let provider: ScriptedProvider;
let balancer: Balancer;
/** One directory for all of them. */
const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-rotation-'));
beforeAll(async () => {
  [redis, provider, balancer] = await Promise.all([startRedis(), startScriptedProvider(), startBalancer()]);
  provider.accessTokenSeconds = tokenSeconds;
});
afterAll(async () => {
  await Promise.all([redis.stop(), provider.close(), balancer[Symbol.asyncDispose]()]);
  rmSync(dataDir, { recursive: true, force: true });
});

const start = async (secrets: string): Promise<AppProcess> => {
  const app = await startAppProcess({
    dataDir,
    env: {
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: testClient.clientId,
      OIDC_CLIENT_SECRET: testClient.clientSecret ?? '',
      SESSION_SECRET: secrets,
      REDIS_URL: redis.url,
      BASE_URL: balancer.url,
      LOG_LEVEL: 'warn',
    },
  });
  await expect
    .poll(
      () =>
        fetch(`${app.url}/healthz`).then(
          ({ ok }) => ok,
          () => false,
        ),
      { timeout: 15_000 },
    )
    .toBe(true)
    .catch(async (error: unknown) => {
      await app[Symbol.asyncDispose]();
      throw error;
    });
  return app;
};

const status = async (at: AppProcess, browser: BrowserClient): Promise<number> => {
  balancer.use(at);
  return (await browser.get(`${balancer.url}/protected`)).status;
};

it('SE-14: old, then old,new, then new,old, then new, two processes at a time: nobody is signed out', async () => {
  const order = [older, `${older},${newer}`, `${newer},${older}`, newer];
  const nodes = await Promise.all(order.map(start));
  try {
    const browser = createBrowserClient();
    balancer.use(nodes[0] as AppProcess);
    expect((await browser.followAll(await browser.get(`${balancer.url}/protected`))).status).toBe(200);
    for (const [index, next] of nodes.entries()) {
      const serving = [nodes[index - 1] ?? next, next];
      for (const [from, to] of [serving, serving.toReversed()]) {
        // A login in flight from one to the other.
        const other = createBrowserClient();
        balancer.use(from as AppProcess);
        const back = await other.follow(await other.get(`${balancer.url}/protected`));
        balancer.use(to as AppProcess);
        expect((await other.followAll(await other.follow(back))).status).toBe(200);
      }
      for (const node of serving) expect(await status(node, browser)).toBe(200);
      // Renewed with what the node before knows, by the one that takes its place.
      await wait(tokenSeconds * 750);
      for (const node of serving.toReversed()) expect(await status(node, browser)).toBe(200);
    }
    expect(provider.calls('authorize')).toHaveLength(1 + 2 * order.length);
    for (const node of nodes) expect(node.errorOutput()).toBe('');
  } finally {
    for (const node of nodes) await node[Symbol.asyncDispose]();
  }
}, 60_000);
