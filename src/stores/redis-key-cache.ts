// Look-ups of API keys remembered in Redis: one look-up for all nodes, and a revocation that all of them see at once.
import type { ApiKeyCache } from '../config/api-key-store.ts';
import { redisAt } from './redis-at.ts';
import type { RedisOptions } from './redis-client.ts';
import { readApiKey, writeApiKey } from './stored-api-key.ts';

/** Text for "there is no such key". */
const nothing = 'none';
/** Longer than any look-up that was under way takes. */
const revokedSeconds = 10;

/**
 * Remembers look-ups of API keys in Redis.
 * @param url - as for `redisSessions`
 * @throws ConfigurationError with everything that is wrong with the URL; it never repeats any part of it
 */
export function redisKeyCache(url: string, options: RedisOptions = {}): ApiKeyCache {
  const redis = redisAt('redisKeyCache', url, options)();
  const nameOf = (digest: string) => `${options.prefix ?? 'latchkey:'}api-key:{${digest}}`;
  return {
    async get(digest) {
      const text = await redis.run((client) => client.get(nameOf(digest)));
      if (text === null) return undefined;
      return String(text) === nothing ? null : readApiKey(String(text));
    },
    async set(digest, record, seconds) {
      const text = record === null ? nothing : writeApiKey(record);
      const expiration = { type: 'PX', value: Math.max(1, Math.round(seconds * 1000)) } as const;
      // Only where nothing stands: a look-up that began before the key was revoked must not bring it back.
      const terms = { condition: 'NX', expiration } as const;
      await redis.run((client) => client.set(nameOf(digest), text, terms));
    },
    async delete(digest) {
      const expiration = { type: 'EX', value: revokedSeconds } as const;
      await redis.run((client) => client.set(nameOf(digest), nothing, { expiration }));
    },
    close: () => redis.close(),
  };
}
