// Two nodes behind a real nginx without stickiness: a whole browser session, with one node killed in the middle of it.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AppProcess, startAppProcess } from '../support/app-process.ts';
import { type BrowserClient, createBrowserClient, type Visit } from '../support/browser-client.ts';
import { listedDevices, userAgents } from '../support/device-steps.ts';
import { freePort } from '../support/free-port.ts';
import { startNginx, type TestNginx } from '../support/nginx.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { type ScriptedProvider, startScriptedProvider, testClient } from '../support/scripted-provider.ts';

/** Renewed from 2.25 s on. */
const tokenSeconds = 3;

let redis: TestRedis;
let provider: ScriptedProvider;
let nginx: TestNginx | undefined;
let nodes: AppProcess[] = [];
let site = '';
let env: Record<string, string> = {};
beforeAll(async () => {
  [redis, provider] = await Promise.all([startRedis(), startScriptedProvider()]);
  provider.accessTokenSeconds = tokenSeconds;
  const [httpPort, httpsPort] = [await freePort(), await freePort()];
  site = `https://localhost:${httpsPort}`;
  env = {
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: testClient.clientId,
    OIDC_CLIENT_SECRET: testClient.clientSecret ?? '',
    SESSION_SECRET: 'one secret of more than thirty-two characters for both',
    REDIS_URL: redis.url,
    BASE_URL: site,
    TRUST_PROXY: 'loopback',
  };
  const first = await startAppProcess({ env });
  nodes = [first];
  // Both keep people, keys and the audit trail in one directory.
  nodes.push(await startAppProcess({ env, dataDir: first.dataDir }));
  await Promise.all(nodes.map((node) => node.saying('"listening"')));
  const [one = 0, two = 0] = nodes.map(({ port }) => port);
  nginx = await startNginx({ httpPort, httpsPort, nodes: [one, two] });
}, 60_000);
afterAll(async () => {
  await nginx?.[Symbol.asyncDispose]();
  for (const node of nodes) await node[Symbol.asyncDispose]();
  await Promise.all([redis.stop(), provider.close()]);
});

const requestsAt = (node: AppProcess | undefined) =>
  (node?.logLines() ?? []).filter(({ msg, path }) => msg === 'request' && path !== '/readyz').length;
const open = async (browser: BrowserClient, path: string): Promise<Visit> =>
  browser.followAll(await browser.get(site + path));
const many = (browser: BrowserClient, count: number): Promise<readonly number[]> =>
  Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const path = ['/protected', '/profile', '/api/me'][index % 3] ?? '/';
      const visit = path.startsWith('/api') ? browser.fetchJson(site + path) : browser.get(site + path);
      return (await visit).status;
    }),
  );

it('a node is killed under a person who is signed in, and they notice nothing until they sign out', async () => {
  const laptop = createBrowserClient({ userAgent: userAgents.laptop });
  const phone = createBrowserClient({ userAgent: userAgents.phone });
  expect((await open(laptop, '/protected')).status).toBe(200);
  expect((await open(phone, '/profile')).status).toBe(200);
  expect(await many(laptop, 12)).toEqual(Array(12).fill(200));
  for (const node of nodes) expect(requestsAt(node)).toBeGreaterThan(2);

  // A login that began before, and pages under way while it happens.
  const late = createBrowserClient({ userAgent: userAgents.tablet });
  const lateCallback = await late.follow(await late.get(`${site}/protected`));
  const [killed, left] = nodes as [AppProcess, AppProcess];
  const before = many(laptop, 30);
  killed.signal('SIGKILL');
  expect(await killed.ended).toBe('SIGKILL');
  expect([...(await before), ...(await many(laptop, 30))]).toEqual(Array(60).fill(200));
  expect((await late.followAll(await late.follow(lateCallback))).status).toBe(200);

  // The token grows old: what is left of the nodes renews it, once.
  const untilOld = Date.now() + tokenSeconds * 1000;
  provider.forgetCalls();
  await expect
    .poll(async () => [Date.now() > untilOld, ...(await many(laptop, 3))], { timeout: 20_000, interval: 200 })
    .toEqual([true, 200, 200, 200]);
  expect(provider.calls('token').length).toBeGreaterThan(0);
  expect(provider.calls('authorize')).toEqual([]);

  // A form goes to the node that is left as well; the other is gone and has not been sent anything.
  const devices = listedDevices(await open(laptop, '/sessions'));
  expect(devices).toHaveLength(3);
  const other = devices.find(({ name }) => name.includes('iPhone'));
  const ended = await laptop.followAll(await laptop.post(new URL(other?.action ?? '', site).href));
  expect([ended.status, listedDevices(ended).length]).toEqual([200, 2]);
  expect((await phone.fetchJson(`${site}/api/me`)).status).toBe(401);

  // The node is started anew on its port, and gets requests again.
  nodes[0] = await startAppProcess({ env: { ...env, PORT: String(killed.port) }, dataDir: left.dataDir });
  await nodes[0].saying('"listening"');
  await expect
    .poll(
      async () => {
        expect(await many(laptop, 4)).toEqual([200, 200, 200, 200]);
        return requestsAt(nodes[0]);
      },
      { timeout: 20_000, interval: 200 },
    )
    .toBeGreaterThan(0);

  const out = await laptop.followAll(await laptop.post(`${site}/logout`));
  expect([out.status, new URL(out.url).origin]).toEqual([200, site]);
  expect((await laptop.fetchJson(`${site}/api/me`)).status).toBe(401);
  expect((await late.fetchJson(`${site}/api/me`)).status).toBe(200);
  for (const node of nodes) expect(node.errorOutput()).toBe('');
}, 90_000);
