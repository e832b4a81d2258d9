// Machine tokens in Redis: a sealed text per key, and a lock beside it.
import type { TokenCache } from '../config/token-cache.ts';
import { redisAt } from './redis-at.ts';
import type { RedisOptions } from './redis-client.ts';
import { extendScript, releaseScript } from './redis-scripts.ts';

/**
 * Opens the cache. It connects in the background.
 * @param url - as for `redisSessions`
 * @throws ConfigurationError with everything that is wrong with the URL; it never repeats any part of it
 */
export function redisTokenCache(url: string, options: RedisOptions): TokenCache {
  const redis = redisAt('createMachineClient', url, options)();
  const prefix = options.prefix ?? 'latchkey:';
  // The braces put both keys into the same Cluster hash slot.
  const nameOf = (key: string) => `${prefix}machine:{${key}}`;
  const lockOf = (key: string) => `${prefix}lock:machine:{${key}}`;
  return {
    read: (key) => redis.run((client) => client.get(nameOf(key))),
    async write(key, sealed, seconds) {
      const expiration = { type: 'EX', value: seconds } as const;
      await redis.run((client) => client.set(nameOf(key), sealed, { expiration }));
    },
    async remove(key) {
      await redis.run((client) => client.del(nameOf(key)));
    },
    locks: {
      async take(key, owner, leaseMs) {
        const terms = { condition: 'NX', expiration: { type: 'PX', value: leaseMs } } as const;
        if ((await redis.run((client) => client.set(lockOf(key), owner, terms))) === 'OK') return true;
        // Its own: a first copy of this call got through, and its answer was lost.
        return (await redis.run((client) => client.get(lockOf(key)))) === owner;
      },
      async extend(key, owner, leaseMs) {
        const call = { keys: [lockOf(key)], arguments: [owner, String(leaseMs)] };
        return (await redis.run((client) => client.eval(extendScript, call))) === 1;
      },
      async release(key, owner) {
        const call = { keys: [lockOf(key)], arguments: [owner] };
        await redis.run((client) => client.eval(releaseScript, call));
      },
    },
    close: () => redis.close(),
  };
}
