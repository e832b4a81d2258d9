// The door to what lives in Redis: sessions, and look-ups of API keys.
export type { RedisOptions } from './stores/redis-client.ts';
export { redisKeyCache } from './stores/redis-key-cache.ts';
export { redisSessions } from './stores/redis-sessions.ts';
export { type RedisUrlProblem, redisUrlProblems } from './stores/redis-url.ts';
export { redisUserinfoCache } from './stores/redis-userinfo-cache.ts';
