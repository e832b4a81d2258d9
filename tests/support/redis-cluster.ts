// Starts a real Redis Cluster of its own: three masters, replicas where a test asks for them, slots that can be moved.
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { startRedis, type TestRedis } from './redis.ts';
import { until } from './redis-sentinel.ts';
import type { RedisReply } from './redis-wire.ts';

export interface TestCluster extends AsyncDisposable {
  /** `redis+cluster://…` with the masters of the start. */
  readonly url: string;
  /** The masters of the start; each has a third of the slots. */
  readonly masters: readonly TestRedis[];
  /** One for each of the first masters. */
  readonly replicas: readonly TestRedis[];
  /** Any command, sent to the node that has the key. */
  sendTo(key: string, ...args: readonly string[]): Promise<RedisReply>;
  /** The node that has the key now. */
  nodeOf(key: string): Promise<TestRedis>;
  /** Moves the slot of the key to another master, key by key, as `redis-cli --cluster reshard` does. */
  moveSlot(key: string, to: TestRedis, pauseMs?: number): Promise<void>;
  keys(): Promise<readonly string[]>;
  flush(): Promise<void>;
  stop(): Promise<void>;
}

export interface TestClusterOptions {
  readonly masters?: number;
  readonly replicas?: number;
  /** Milliseconds without an answer after which a node counts as down. */
  readonly nodeTimeoutMs?: number;
  readonly settings?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
}

const slots = 16_384;

export const startRedisCluster = async (options: TestClusterOptions = {}): Promise<TestCluster> => {
  const { masters: count = 3, replicas: replicaCount = 0, nodeTimeoutMs = 500 } = options;
  const { settings = [], files = {} } = options;
  const startNode = async () => {
    const busPort = await freePort();
    const own = ['--cluster-enabled', 'yes', '--cluster-port', String(busPort)];
    const times = ['--cluster-node-timeout', String(nodeTimeoutMs), '--cluster-replica-validity-factor', '0'];
    const node = await startRedis({ settings: [...own, ...times, ...settings], files });
    return { node, busPort, id: String(await node.send('CLUSTER', 'MYID')) };
  };
  const nodes = await Promise.all(Array.from({ length: count + replicaCount }, startNode));
  const masters = nodes.slice(0, count);
  const replicas = nodes.slice(count);
  for (const [index, { node }] of nodes.entries()) {
    await node.send('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
    if (index >= count) continue;
    const [from, to] = [index, index + 1].map((third) => Math.floor((slots * third) / count)) as [
      number,
      number,
    ];
    await node.send('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to - 1));
  }
  const [first, ...others] = nodes;
  for (const { node, busPort } of others) {
    await first?.node.send('CLUSTER', 'MEET', '127.0.0.1', String(node.port), String(busPort));
  }
  const known = async ({ node }: { node: TestRedis }) => {
    const lines = String(await node.send('CLUSTER', 'NODES'))
      .trim()
      .split('\n');
    return lines.length === nodes.length && !lines.some((line) => /handshake|fail/.test(line));
  };
  const all = async (isSo: (node: (typeof nodes)[number]) => Promise<boolean>) =>
    (await Promise.all(nodes.map(isSo))).every(Boolean);
  await until('all nodes know each other', () => all(known), 15_000);
  for (const [index, { node }] of replicas.entries()) {
    await node.send('CLUSTER', 'REPLICATE', masters[index]?.id ?? '');
  }
  const isUp = async ({ node }: { node: TestRedis }) =>
    String(await node.send('CLUSTER', 'INFO')).includes('cluster_state:ok');
  await until('the cluster is up', () => all(isUp), 15_000);

  const living = () => nodes.filter(({ node }) => node.isUp);
  const ownerOf = async (slot: number) => {
    for (const each of living()) {
      const lines = String(await each.node.send('CLUSTER', 'NODES')).split('\n');
      const mine = lines.find((line) => line.includes('myself'))?.split(' ') ?? [];
      const ranges = mine.slice(8).map((range) => range.split('-').map(Number));
      if (ranges.some(([from = -1, to = from]) => slot >= from && slot <= to)) return each;
    }
    throw new Error(`nobody has slot ${slot}`);
  };
  const slotOf = async (key: string) => Number(await living()[0]?.node.send('CLUSTER', 'KEYSLOT', key));
  for (const [index, { node }] of replicas.entries()) {
    const { node: master } = masters[index] as (typeof nodes)[number];
    await until('in step', () => node.follows(master));
  }

  const cluster: TestCluster = {
    url: `redis+cluster://${masters.map(({ node }) => `127.0.0.1:${node.port}`).join(',')}`,
    masters: masters.map(({ node }) => node),
    replicas: replicas.map(({ node }) => node),
    sendTo: async (key, ...args) => (await ownerOf(await slotOf(key))).node.send(...args),
    nodeOf: async (key) => (await ownerOf(await slotOf(key))).node,
    async moveSlot(key, to, pauseMs = 0) {
      const slot = await slotOf(key);
      const from = await ownerOf(slot);
      const target = nodes.find(({ node }) => node === to);
      if (target === undefined || target === from) throw new Error('there is nowhere to move to');
      await to.send('CLUSTER', 'SETSLOT', String(slot), 'IMPORTING', from.id);
      await from.node.send('CLUSTER', 'SETSLOT', String(slot), 'MIGRATING', target.id);
      const found = (await from.node.send('CLUSTER', 'GETKEYSINSLOT', String(slot), '100')) as string[];
      for (const each of found) {
        await from.node.send('MIGRATE', '127.0.0.1', String(to.port), each, '0', '1000');
        await wait(pauseMs);
      }
      for (const { node } of [target, from, ...masters])
        await node.send('CLUSTER', 'SETSLOT', String(slot), 'NODE', target.id);
    },
    keys: async () => {
      const lists = await Promise.all(masters.filter(({ node }) => node.isUp).map(({ node }) => node.keys()));
      return lists.flat().sort();
    },
    flush: async () => void (await Promise.all(masters.map(({ node }) => node.flush()))),
    async stop() {
      await Promise.all(nodes.map(({ node }) => node.stop()));
    },
    [Symbol.asyncDispose]: () => cluster.stop(),
  };
  return cluster;
};
