// The session index in Redis: a sorted set per key, by the time a session began.
import type { SessionIndex } from '../config/session-stores.ts';
import type { RedisConnection } from './redis-client.ts';
import { indexScript } from './redis-scripts.ts';

/** Makes the index. An emptied set is removed by Redis itself. */
export function redisIndex(redis: RedisConnection, prefix: string): SessionIndex {
  const nameOf = (key: string) => `${prefix}index:{${key}}`;
  return {
    async add(key, { id, startedAt }, seconds) {
      const oldest = startedAt - seconds * 1000;
      const call = {
        keys: [nameOf(key)],
        arguments: [id, String(startedAt), String(seconds), String(oldest)],
      };
      await redis.run((client) => client.eval(indexScript, call));
    },
    async list(key) {
      const found = await redis.run((client) => client.zRangeWithScores(nameOf(key), 0, -1));
      return found.map(({ value, score }) => ({ id: value, startedAt: score }));
    },
    async remove(key, id) {
      await redis.run((client) => client.zRem(nameOf(key), id));
    },
  };
}
