// Sessions behind Sentinel: the master is killed, or hangs, in the middle of traffic, and nobody is signed out.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { redisSessions } from '../../src/redis.ts';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import type { TestRedis } from '../support/redis.ts';
import { startSentinelRedis, type TestSentinel, until } from '../support/redis-sentinel.ts';
import { expectNobodySignedOut, startTraffic } from '../support/traffic.ts';

let sentinel: TestSentinel;
let world: AppWorld;
beforeAll(async () => {
  sentinel = await startSentinelRedis();
  const sessions = redisSessions(sentinel.url, { commandTimeoutMs: 500 });
  world = await startAppWorld({ auth: { sessions } });
});
afterAll(async () => {
  for (const server of sentinel.servers) server.resume();
  await world[Symbol.asyncDispose]();
  await sentinel.stop();
});

const masterAndReplica = async (): Promise<[TestRedis, TestRedis]> => {
  const port = await sentinel.masterPort();
  const [one, other] = sentinel.servers as [TestRedis, TestRedis];
  return one.port === port ? [one, other] : [other, one];
};

const failOver = async (fail: (master: TestRedis) => Promise<void>): Promise<void> => {
  const [master, replica] = await masterAndReplica();
  const people = [world.browser(), world.browser()] as const;
  for (const browser of people) await world.signIn(browser);
  await until('replicated', () => replica.follows(master));
  const kept = await master.keys('latchkey:session:*');
  const requests = [
    { kind: 'page', path: '/protected', browser: people[0] },
    { kind: 'api', path: '/api/me', browser: people[1] },
    { kind: 'optional', path: '/', browser: people[0] },
  ] as const;
  const cookies = people.map((browser) => browser.cookies.header(world.url, 'strict'));
  const logins = world.provider.calls('authorize').length;
  const traffic = startTraffic(world.url, requests);
  await traffic.allWell();
  await fail(master);
  await traffic.someTurnedAway();
  await until('the replica is the master', async () => (await sentinel.masterPort()) === replica.port);
  await traffic.allWell();
  await traffic.stop();
  expectNobodySignedOut(traffic.answers, { signedIn: 'user-ada' });
  expect(Math.max(...traffic.answers.map(({ tookMs }) => tookMs))).toBeLessThan(5000);
  expect(people.map((browser) => browser.cookies.header(world.url, 'strict'))).toEqual(cookies);
  expect(world.provider.calls('authorize')).toHaveLength(logins);
  // The new master is written to as well.
  expect((await world.signIn(world.browser())).status).toBe(200);
  expect(await replica.keys('latchkey:session:*')).toEqual(expect.arrayContaining([...kept]));
  expect((await replica.keys('latchkey:session:*')).length).toBe(kept.length + 1);
};

it.each([
  ['another name for the master', /\/latchkey-tests/, '/somebody-elses', 'knows no master'],
  ['a wrong password for the sentinels', /sentinel_password=.*/, 'sentinel_password=wrong', 'WRONGPASS'],
])('with %s: an outage that says why, and not the password', async (_what, part, wrong, words) => {
  const seen: string[] = [];
  const onError = (error: Error) => void seen.push(error.message);
  const sessions = redisSessions(sentinel.url.replace(part, wrong), { onError, commandTimeoutMs: 500 });
  await using late = await startAppWorld({ auth: { sessions } });
  expect((await late.auth.dependencies())[0]?.ok).toBe(false);
  expect(seen.join()).toContain(words);
  expect(seen.join()).not.toMatch(/for\/the@sentinels|sentinel_password|=wrong/);
});

it('LG-03a: the master is killed under traffic: 503 until the replica has taken over, the same sessions after', async () => {
  let killed: TestRedis | undefined;
  await failOver(async (master) => {
    killed = master;
    await master.kill();
  });
  const [master, replica] = await masterAndReplica();
  await killed?.restart();
  // The sentinels would see to it after ten seconds.
  await replica.send('REPLICAOF', '127.0.0.1', String(master.port));
  await until('the old master follows the new one', () => replica.follows(master));
});

it('LG-03a: the master hangs, and a sentinel is gone: the same', async () => {
  await sentinel.killSentinel(0);
  let hung: TestRedis | undefined;
  await failOver(async (master) => {
    hung = master;
    master.pause();
  });
  hung?.resume();
});

it('sentinels that are away altogether do not matter while the master is there', async () => {
  const browser = world.browser();
  await world.signIn(browser);
  for (const index of [1, 2]) await sentinel.killSentinel(index);
  expect((await browser.get(`${world.url}/protected`)).status).toBe(200);
});
