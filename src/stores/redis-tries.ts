// Failed tries in Redis, counted for all nodes together; each key is gone by itself when it is old.
import type { TryCounters } from '../config/try-counters.ts';
import { memoryTries } from './memory-tries.ts';
import { redisAt } from './redis-at.ts';
import type { RedisOptions } from './redis-client.ts';
import { triesInOutage } from './tries-in-outage.ts';

/** Options of `redisTries`. */
export interface RedisTriesOptions extends RedisOptions {
  /**
   * While Redis is away: `memory` counts in this process, `refuse` checks nobody's password. Default: `memory`.
   */
  readonly inOutage?: 'memory' | 'refuse';
}

/**
 * Take. KEYS: tries. ARGV: free, pause, longest pause, forget (the last three in milliseconds). Time is Redis' own, so
 * nodes whose clocks differ agree. A copy that runs twice counts one try too many, which its owner hardly notices.
 */
const takeScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known = redis.call('HMGET', KEYS[1], 'count', 'paused')
local wait = (tonumber(known[2]) or 0) - now
if wait > 0 then return wait end
local count = (tonumber(known[1]) or 0) + 1
local paused = 0
if count >= tonumber(ARGV[1]) then
  local pause = tonumber(ARGV[2]) * 2 ^ math.min(40, count - tonumber(ARGV[1]))
  paused = now + math.min(tonumber(ARGV[3]), pause)
end
redis.call('HSET', KEYS[1], 'count', count, 'paused', string.format('%.0f', paused))
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 0`;

/** Give back. KEYS: tries. Nothing is made anew where all is forgotten. */
const giveBackScript = `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HINCRBY', KEYS[1], 'count', -1)
redis.call('HSET', KEYS[1], 'paused', 0)
return 1`;

/**
 * Counts failed tries in Redis, for `createAccounts`. It connects in the background.
 * @param url - as for `redisSessions`
 * @throws ConfigurationError with everything that is wrong with the URL; it never repeats any part of it
 */
export function redisTries(url: string, options: RedisTriesOptions = {}): TryCounters {
  const { inOutage = 'memory', ...connection } = options;
  const shared = sharedTries(url, connection);
  return inOutage === 'refuse' ? shared : triesInOutage(shared, memoryTries());
}

function sharedTries(url: string, options: RedisOptions): TryCounters {
  const redis = redisAt('redisTries', url, options)();
  const prefix = options.prefix ?? 'latchkey:';
  const triesOf = (key: string) => `${prefix}tries:{${key}}`;
  const goodOf = (key: string) => `${prefix}good:{${key}}`;
  return {
    async take(key, { free, pauseMs, longestPauseMs, forgetMs }) {
      const numbers = [free, pauseMs, longestPauseMs, forgetMs].map(String);
      const call = { keys: [triesOf(key)], arguments: numbers };
      return Number(await redis.run((client) => client.eval(takeScript, call)));
    },
    async giveBack(key) {
      const call = { keys: [triesOf(key)], arguments: [] };
      await redis.run((client) => client.eval(giveBackScript, call));
    },
    async forget(key) {
      await redis.run((client) => client.del(triesOf(key)));
    },
    async remember(key, seconds) {
      const expiration = { type: 'EX', value: seconds } as const;
      await redis.run((client) => client.set(goodOf(key), '1', { expiration }));
    },
    remembers: async (key) => (await redis.run((client) => client.get(goodOf(key)))) !== null,
    close: () => redis.close(),
  };
}
