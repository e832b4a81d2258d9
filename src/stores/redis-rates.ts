// Rate limits in Redis: one time per key says how much is used up, and all nodes move it together.
import type { RateBackend } from '../config/rate-limits.ts';
import type { RedisConnection } from './redis-client.ts';

/**
 * Spend. KEYS: the count. ARGV: milliseconds between two requests, milliseconds of the whole limit, requests. What is
 * kept is the time at which nothing counts any more, and the key goes then. Time is Redis' own, so nodes whose clocks
 * differ agree. More than twice the limit is never owed. A copy that runs twice counts twice, which is little.
 */
const spendScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local interval, window, count = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local full = math.max(now, tonumber(redis.call('GET', KEYS[1]) or 0)) + interval * (count - 1)
local wait = full + interval - now - window
if wait < 1 then
  full = full + interval
  wait = 0
end
full = math.min(full, now + 2 * window)
redis.call('SET', KEYS[1], string.format('%.3f', full), 'PX', string.format('%.0f', math.ceil(full - now) + 1))
return math.ceil(wait)`;

/** Counts through a connection that others use too. */
export function redisRates(redis: RedisConnection, prefix: string): RateBackend {
  return {
    async spend(key, { requests, seconds }, count) {
      const windowMs = seconds * 1000;
      const call = {
        keys: [`${prefix}rate:{${key}}`],
        arguments: [windowMs / requests, windowMs, count].map(String),
      };
      return Number(await redis.run((client) => client.eval(spendScript, call)));
    },
  };
}
