// The ways sessions can live in Redis, for suites that hold for each: one server, Sentinel, and a cluster of three.
import type { TestRedis } from './redis.ts';
import { startRedisCluster } from './redis-cluster.ts';
import { startSentinelRedis } from './redis-sentinel.ts';
import type { RedisReply } from './redis-wire.ts';

/** One such way. */
export interface RedisPlace {
  readonly url: string;
  readonly keys: () => Promise<readonly string[]>;
  readonly flush: () => Promise<void>;
  /** Any command about this key. */
  readonly sendTo: (key: string, ...args: readonly string[]) => Promise<RedisReply>;
  /** Makes every server hang, or go on. */
  readonly pause: () => void;
  readonly resume: () => void;
}

export interface RedisPlaces {
  readonly sentinel: RedisPlace;
  readonly cluster: RedisPlace;
  stop(): Promise<void>;
}

export const placeOf = (redis: TestRedis, url = redis.url): RedisPlace => ({
  url,
  keys: () => redis.keys(),
  flush: () => redis.flush(),
  sendTo: (_key, ...args) => redis.send(...args),
  pause: () => redis.pause(),
  resume: () => redis.resume(),
});

/** So patient that nothing fails over while a test lets it hang: that is for tests of their own. */
const patientMs = 60_000;

/** A master with one sentinel, and three masters without replicas. */
export const startRedisPlaces = async (): Promise<RedisPlaces> => {
  const [sentinel, cluster] = await Promise.all([
    startSentinelRedis({ replicas: 0, sentinels: 1, downAfterMs: patientMs }),
    startRedisCluster({ nodeTimeoutMs: patientMs }),
  ]);
  const each = (act: (node: TestRedis) => void) => () => {
    for (const node of cluster.masters) act(node);
  };
  const { url, keys, flush, sendTo } = cluster;
  return {
    sentinel: placeOf(sentinel.servers[0] as TestRedis, sentinel.url),
    cluster: {
      url,
      keys,
      flush,
      sendTo,
      pause: each((node) => node.pause()),
      resume: each((node) => node.resume()),
    },
    async stop() {
      await Promise.all([sentinel.stop(), cluster.stop()]);
    },
  };
};
