// Fresh claims on several nodes with one Redis: what a visit costs, who asks the provider, and records of an older version.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { allAtOnce, createGate, startClaimsWorld } from '../support/claims-world.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { recordIn } from '../support/refresh-world.ts';

const auth = { userinfoSeconds: 300 };

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
beforeEach(() => redis.flush());
afterAll(() => redis.stop());

it('a visit whose userinfo is not due costs one read and no write', async () => {
  await using world = await startClaimsWorld({ redis, auth });
  const browser = await world.signedIn();
  world.provider.forgetCalls();
  await redis.resetCommandCounts();
  for (let visit = 0; visit < 5; visit += 1) await browser.get(`${world.url}/page`);
  expect(await redis.commandCounts()).toEqual({ get: 5 });
  expect(world.provider.calls()).toEqual([]);
});

it('visits while somebody else asks go on with what is there, and do not wait', async () => {
  await using world = await startClaimsWorld({ redis, auth });
  const browser = await world.signedIn();
  const [key = ''] = await redis.keys('latchkey:session:*');
  const lock = key.replace(':session:', ':lock:');
  await redis.send('SET', lock, 'another node', 'PX', '60000');
  world.say({ permissions: [] });
  world.advance(301);
  world.provider.forgetCalls();
  const startedAt = performance.now();
  expect((await world.who(browser, '/reports')).status).toBe(200);
  expect(performance.now() - startedAt).toBeLessThan(1000);
  expect(world.asked()).toEqual([]);
  await redis.send('DEL', lock);
  expect((await world.who(browser, '/reports')).status).toBe(403);
});

it('two nodes make one call in the interval, and both go by it', async () => {
  await using first = await startClaimsWorld({ redis, auth });
  const { provider } = first;
  await using second = await startClaimsWorld({ redis, auth, provider, baseUrl: first.url });
  const browser = await first.signedIn();
  first.advance(301);
  second.advance(301);
  provider.forgetCalls();
  provider.bend.userinfo = async (claims) => {
    await new Promise((resolve) => setTimeout(resolve, 40));
    return { ...claims, permissions: [] };
  };
  const cookie = browser.cookies.header(first.url, 'strict') ?? '';
  const visit = (index: number) =>
    first.browser().fetchJson(`${(index % 2 === 0 ? first : second).url}/page`, { headers: { cookie } });
  await Promise.all(Array.from({ length: 20 }, (_, index) => visit(index)));
  expect(provider.calls('userinfo')).toHaveLength(1);
  for (const { url } of [first, second]) {
    expect((await first.browser().fetchJson(`${url}/reports`, { headers: { cookie } })).status).toBe(403);
  }
  expect(provider.calls('userinfo')).toHaveLength(1);
});

it('a session from a version that did not note when userinfo was taken counts from its login', async () => {
  await using world = await startClaimsWorld({ redis, auth });
  const browser = await world.signedIn();
  const { userAt: _, ...old } = await recordIn(redis);
  const [key = ''] = await redis.keys('latchkey:session:*');
  const part = JSON.stringify(old);
  const text = String(await redis.send('GET', key));
  const app = Buffer.from(text).subarray(19 + Number(text.slice(13, 19)));
  const length = String(Buffer.byteLength(part)).padStart(6, '0');
  await redis.send('SET', key, text.slice(0, 13) + length + part + app.toString('utf8'), 'KEEPTTL');
  world.say({ permissions: [] });
  world.advance(200);
  expect((await world.who(browser, '/reports')).status).toBe(200);
  world.advance(101);
  expect((await world.who(browser, '/reports')).status).toBe(403);
  expect((await recordIn(redis)).userAt).toBeGreaterThan(old.startedAt + 300_000);
});

it('two nodes that are asked at the same time make one call, and both have what it said', async () => {
  await using first = await startClaimsWorld({ redis });
  const { provider } = first;
  await using second = await startClaimsWorld({ redis, provider, baseUrl: first.url });
  const browser = await first.signedIn();
  provider.forgetCalls();
  provider.bend.userinfo = async (claims) => {
    await new Promise((resolve) => setTimeout(resolve, 80));
    return { ...claims, name: 'Ada King' };
  };
  const cookie = browser.cookies.header(first.url, 'strict') ?? '';
  const seen = await Promise.all(
    [first, second].map(({ url }) => first.browser().fetchJson(`${url}/anew`, { headers: { cookie } })),
  );
  expect(seen.map((visit) => visit.json<{ name: string }>().name)).toEqual(['Ada King', 'Ada King']);
  expect(provider.calls('userinfo')).toHaveLength(1);
  expect(await redis.keys('latchkey:lock:*')).toEqual([]);
  expect((await recordIn(redis)).user.name).toBe('Ada King');
});

it('twenty requests at once on one node take the lock once and write once', async () => {
  await using world = await startClaimsWorld({ redis });
  const browser = await world.signedIn();
  const gate = createGate();
  world.provider.bend.userinfo = gate.pass;
  await redis.resetCommandCounts();
  const all = allAtOnce(world, browser, '/anew', 20);
  await gate.arrived;
  // All of them have read their session.
  await expect.poll(async () => (await redis.commandCounts()).get ?? 0).toBeGreaterThanOrEqual(21);
  gate.open();
  expect(await all).toEqual(Array(20).fill(200));
  // Writing, and letting go of the lock.
  expect((await redis.commandCounts()).eval).toBe(2);
});
