// A cache of userinfo in Redis: sealed texts under digests, each with its own end.
import type { UserinfoCache } from '../config/userinfo-cache.ts';
import { redisAt } from './redis-at.ts';
import type { RedisOptions } from './redis-client.ts';

/**
 * A cache of userinfo in Redis, for `userinfoCache`. It has a connection of its own and may be another Redis than
 * the sessions': one that drops what is old when it is full is right for it.
 * @param url - as for `redisSessions`
 * @throws ConfigurationError with everything that is wrong with the URL; it never repeats any part of it
 */
export function redisUserinfoCache(url: string, options: RedisOptions = {}): Required<UserinfoCache> {
  const redis = redisAt('redisUserinfoCache', url, options)();
  const nameOf = (key: string) => `${options.prefix ?? 'latchkey:'}userinfo:{${key}}`;
  return {
    get: (key) => redis.run((client) => client.get(nameOf(key))),
    async set(key, value, seconds) {
      const expiration = { type: 'EX', value: seconds } as const;
      await redis.run((client) => client.set(nameOf(key), value, { expiration }));
    },
    close: () => redis.close(),
  };
}
