// Rate limits of two nodes on one Redis: counted together, for hardly a command, and by each alone while Redis is away.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, type AppWorldOptions, startAppWorld } from '../support/app-world.ts';
import { type ReceivedAnswer, sendRequest } from '../support/browser-request.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';

const limits = {
  login: { requests: 5, seconds: 600 },
  callback: { requests: 100, seconds: 600 },
  api: { requests: 100, seconds: 600 },
};
const page = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

let redis: TestRedis;
let provider: ScriptedProvider;
let nodes: readonly [AppWorld, AppWorld];
const startNode = (more: AppWorldOptions['auth'] = {}): Promise<AppWorld> =>
  startAppWorld({ redis, provider, logLevel: 'silent', auth: { limits, ...more }, trustProxy: ['loopback'] });
beforeAll(async () => {
  [redis, provider] = await Promise.all([startRedis(), startScriptedProvider()]);
  nodes = [await startNode(), await startNode()];
});
beforeEach(async () => {
  provider.reset();
  await redis.resetCommandCounts();
});
afterAll(async () => {
  await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()));
  await Promise.all([provider.close(), redis.stop()]);
});

let addresses = 0;
/** One that nothing was counted for. */
const newAddress = (): string => {
  addresses += 1;
  return `203.0.113.${addresses}`;
};
const send = (node: AppWorld, path: string, from: string, headers = page): Promise<ReceivedAnswer> =>
  sendRequest(
    { method: 'GET', url: node.url + path, headers: { ...headers, 'x-forwarded-for': from }, body: null },
    { behindProxy: {}, timeoutMs: 10_000 },
  );
const alternate = async (count: number, path: string, from: string): Promise<number[]> => {
  const statuses: number[] = [];
  for (let index = 0; index < count; index += 1) {
    statuses.push((await send(nodes[index % 2 === 0 ? 0 : 1], path, from)).status);
  }
  return statuses;
};
const amount = (statuses: readonly number[], status: number): number =>
  statuses.filter((each) => each === status).length;
const expectLeases = async (): Promise<void> => {
  const names = await redis.keys('latchkey:rate:*');
  for (const name of names) expect(Number(await redis.send('PTTL', name))).toBeGreaterThan(0);
};

describe('two nodes on one Redis', () => {
  it('let a small limit through once and not twice, and its key goes by itself', async () => {
    const from = newAddress();
    expect(await alternate(8, '/login', from)).toEqual([302, 302, 302, 302, 302, 429, 429, 429]);
    expect(Number((await send(nodes[1], '/login', from)).headers['retry-after'])).toBeGreaterThan(60);
    const names = await redis.keys('latchkey:rate:*');
    expect(names).toHaveLength(1);
    expect(names[0]).toMatch(/^latchkey:rate:\{[\w-]{43}\}$/);
    expect(names[0]).not.toContain(from);
    await expectLeases();
    expect(await redis.send('MEMORY', 'USAGE', names[0] ?? '')).toBeLessThan(200);
    expect((await send(nodes[0], '/login', newAddress())).status).toBe(302);
  });

  it('let no more than a tenth for each beyond a large limit, with one command in ten', async () => {
    const from = newAddress();
    const statuses = await alternate(150, '/auth-callback?code=x&state=forged', from);
    const through = amount(statuses, 400);
    expect(through).toBeGreaterThanOrEqual(95);
    expect(through).toBeLessThanOrEqual(120);
    expect(amount(statuses, 429)).toBe(150 - through);
    const { eval: told = 0 } = await redis.commandCounts();
    expect(told).toBeLessThanOrEqual(13);
    await expectLeases();
  });

  it('count at once what comes at once', async () => {
    const from = newAddress();
    const asked = Array.from({ length: 40 }, (_, index) =>
      send(nodes[index % 2 === 0 ? 0 : 1], '/login', from),
    );
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(amount(statuses, 302)).toBe(5);
  });
});

describe('what is usual', () => {
  it('costs no command for limits: a login of default limits, pages, and an API with a session', async () => {
    await using node = await startNode({ limits: {} });
    const browser = node.browser();
    const before = await redis.keys('latchkey:rate:*');
    await node.signIn(browser);
    expect(await redis.keys('latchkey:rate:*')).toEqual(before);
    await redis.resetCommandCounts();
    for (let visit = 0; visit < 20; visit += 1) {
      expect(await node.whoIs(browser)).toBe('user-ada');
      expect((await browser.get(`${node.url}/protected`)).status).toBe(200);
    }
    expect(await redis.commandCounts()).toEqual({ get: 40 });
  });

  it('AT-10a: many logins of one stranger leave one short key, and most of them end early', async () => {
    await using node = await startNode({ limits: { login: { requests: 200, seconds: 3600 } } });
    const from = newAddress();
    const before = (await redis.keys('*')).length;
    const asked = Array.from({ length: 50 }, () => send(node, '/login', from));
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    for (let index = 0; index < 500; index += 1) statuses.push((await send(node, '/login', from)).status);
    expect(amount(statuses, 302)).toBeGreaterThanOrEqual(190);
    expect(amount(statuses, 302)).toBeLessThanOrEqual(203);
    expect(amount(statuses, 302) + amount(statuses, 429)).toBe(550);
    expect((await redis.keys('*')).length).toBe(before + 1);
    await expectLeases();
    expect((await redis.commandCounts()).eval).toBeLessThanOrEqual(12);
  });
});

it('while Redis is away each node holds the limit by itself: not open, and nobody is locked out', async () => {
  const from = newAddress();
  expect(await alternate(2, '/login', from)).toEqual([302, 302]);
  await redis.kill();
  const statuses = await alternate(20, '/login', from);
  expect(amount(statuses, 302)).toBe(8);
  expect(amount(statuses, 429)).toBe(12);
  expect((await send(nodes[0], '/login', newAddress())).status).toBe(302);

  await redis.restart();
  const later = newAddress();
  const counted = async (): Promise<number> => {
    await alternate(2, '/login', newAddress());
    return (await redis.keys('latchkey:rate:*')).length;
  };
  await expect.poll(counted, { timeout: 8000, interval: 300 }).toBeGreaterThan(0);
  expect(amount(await alternate(12, '/login', later), 302)).toBeLessThanOrEqual(6);
});
