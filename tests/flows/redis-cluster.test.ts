// Sessions in a cluster: slots move and a master is killed in the middle of traffic, and nobody is signed out.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { redisSessions } from '../../src/redis.ts';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import type { BrowserClient } from '../support/browser-client.ts';
import type { TestRedis } from '../support/redis.ts';
import { startRedisCluster, type TestCluster } from '../support/redis-cluster.ts';
import { until } from '../support/redis-sentinel.ts';
import { openRedisPlace, sessionOf } from '../support/session-store-kinds.ts';
import { expectNobodySignedOut, startTraffic } from '../support/traffic.ts';

let cluster: TestCluster;
let world: AppWorld;
let people: BrowserClient[] = [];
beforeAll(async () => {
  cluster = await startRedisCluster({ replicas: 2 });
  world = await startAppWorld({ auth: { sessions: redisSessions(cluster.url, { commandTimeoutMs: 1000 }) } });
  people = Array.from({ length: 8 }, () => world.browser());
  for (const browser of people) await world.signIn(browser);
});
afterAll(async () => {
  for (const node of [...cluster.masters, ...cluster.replicas]) node.resume();
  await world[Symbol.asyncDispose]();
  await cluster.stop();
});

const sessionKeys = async () => (await cluster.keys()).filter((key) => key.startsWith('latchkey:session:'));
const vaultOf = (key: string) => key.replace(':session:', ':vault:');
const everybody = () =>
  people.flatMap((browser, index) => [
    {
      kind: index % 2 === 0 ? 'page' : 'api',
      path: index % 2 === 0 ? '/protected' : '/api/me',
      browser,
    } as const,
    { kind: 'optional', path: '/', browser } as const,
  ]);

it('keeps the record and the vault of a session on one node, and sessions on all of them', async () => {
  const keys = await sessionKeys();
  expect(keys).toHaveLength(people.length);
  const nodes = new Set<number>();
  for (const key of keys) {
    const node = await cluster.nodeOf(key);
    expect(await node.keys(vaultOf(key))).toEqual([vaultOf(key)]);
    nodes.add(node.port);
  }
  expect(nodes.size).toBeGreaterThan(1);
});

it('serves everybody while slots move from node to node: nobody is turned away', async () => {
  const traffic = startTraffic(world.url, everybody(), 5);
  await traffic.allWell();
  for (const key of await sessionKeys()) {
    const from = await cluster.nodeOf(key);
    const to = cluster.masters.find((node) => node !== from) as TestRedis;
    await cluster.moveSlot(key, to, 40);
    expect((await cluster.nodeOf(key)).port).toBe(to.port);
  }
  await traffic.allWell();
  await traffic.stop();
  expect(traffic.answers.filter(({ visit }) => visit.status !== 200)).toEqual([]);
  expectNobodySignedOut(traffic.answers, { signedIn: 'user-ada' });
});

it('writes to record and vault in one step while one of the two has moved already', async () => {
  await using store = await openRedisPlace({ ...cluster, flush: async () => {}, pause() {}, resume() {} });
  const { records, vault } = store.stores;
  await records.insert('moving', sessionOf(store.now()));
  await vault.write('moving', 'first', 100);
  const key = 'latchkey:session:{moving}';
  const from = await cluster.nodeOf(key);
  const to = cluster.masters.find((node) => node !== from) as TestRedis;
  const moved = cluster.moveSlot(key, to, 60);
  await until('one has moved', async () => (await to.keys('*{moving}')).length === 1);
  const latchkey = { startedAt: store.now(), subject: 'ada' } as never;
  expect(await records.renew('moving', { latchkey, sealed: 'second', version: 0 })).toBe(true);
  await moved;
  expect(await vault.read('moving')).toEqual({ sealed: 'second', version: 1 });
});

it.each([
  ['is killed', 0, (master: TestRedis) => master.kill()],
  ['hangs', 1, async (master: TestRedis) => master.pause()],
] as const)(
  'LG-03a: a master %s under traffic: its sessions wait until a replica takes over',
  async (...given) => {
    const [, index, fail] = given;
    const [master, replica] = [cluster.masters[index], cluster.replicas[index]] as [TestRedis, TestRedis];
    await until('in step', () => replica.follows(master));
    const kept = await master.keys('latchkey:session:*');
    expect(kept.length).toBeGreaterThan(0);
    const traffic = startTraffic(world.url, everybody(), 5);
    await traffic.allWell();
    const logins = world.provider.calls('authorize').length;
    await fail(master);
    await traffic.someTurnedAway();
    const isMaster = async () => String(await replica.send('ROLE')).startsWith('master');
    await until('the replica is a master', isMaster);
    const allAre200 = async () => {
      const seen = await Promise.all(people.map((browser) => browser.get(`${world.url}/protected`)));
      return seen.every(({ status }) => status === 200);
    };
    await until('everybody served', allAre200);
    await traffic.stop();
    expectNobodySignedOut(traffic.answers, { signedIn: 'user-ada' });
    expect(world.provider.calls('authorize')).toHaveLength(logins);
    expect(await replica.keys('latchkey:session:*')).toEqual(kept);
  },
);
