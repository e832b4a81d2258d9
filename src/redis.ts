// The door to what lives in Redis: sessions, look-ups of API keys, and counts of failed tries.
export type { RedisOptions } from './stores/redis-client.ts';
export { redisKeyCache } from './stores/redis-key-cache.ts';
export { probeRedis, type RedisFacts, type RedisProbe } from './stores/redis-probe.ts';
export { redisSessions } from './stores/redis-sessions.ts';
export { type RedisTriesOptions, redisTries } from './stores/redis-tries.ts';
export { type RedisUrlProblem, redisUrlProblems } from './stores/redis-url.ts';
export { redisUserinfoCache } from './stores/redis-userinfo-cache.ts';
