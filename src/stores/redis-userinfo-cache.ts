// A cache of userinfo in Redis: sealed texts under digests, each with its own end.
import type { UserinfoCache } from '../config/userinfo-cache.ts';
import { ConfigurationError } from '../errors.ts';
import { connectRedis, type RedisOptions } from './redis-client.ts';

/**
 * A cache of userinfo in Redis, for `userinfoCache`. It has a connection of its own and may be another Redis than
 * the sessions': one that drops what is old when it is full is right for it.
 * @param url - as for `redisSessions`
 */
export function redisUserinfoCache(url: string, options: RedisOptions = {}): Required<UserinfoCache> {
  if (!/^rediss?(?:\+\w+)?:\/\//.test(url) || !URL.canParse(url)) {
    // The text is not repeated: it may hold the password.
    const mend = 'Give redis://user:password@host:port, special characters of the password percent-encoded.';
    throw new ConfigurationError([{ name: 'redisUserinfoCache', problem: 'was given no Redis URL.', mend }]);
  }
  const redis = connectRedis(url, options);
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
