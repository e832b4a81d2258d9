// The door to sessions in Redis.
export type { RedisOptions } from './stores/redis-client.ts';
export { redisSessions } from './stores/redis-sessions.ts';
export { type RedisUrlProblem, redisUrlProblems } from './stores/redis-url.ts';
export { redisUserinfoCache } from './stores/redis-userinfo-cache.ts';
