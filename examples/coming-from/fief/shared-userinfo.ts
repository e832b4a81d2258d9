// What is known about people is shared by all nodes and is never older than five minutes (their userinfo caches).
import { type Auth, type AuthOptions, createAuth } from 'latchkey';
import { redisUserinfoCache } from 'latchkey/redis';

export function createCachedAuth(options: AuthOptions, redisUrl: string): Auth {
  return createAuth({
    ...options,
    userinfoSeconds: 300,
    userinfoCache: redisUserinfoCache(redisUrl),
  });
}
