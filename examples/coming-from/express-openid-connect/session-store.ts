// Sessions in Redis, for all nodes of the app (their session.store with connect-redis).
import express, { type Express } from 'express';
import { type Auth, type AuthOptions, createAuth } from 'latchkey';
import { redisSessions } from 'latchkey/redis';

export function createSite(
  options: AuthOptions,
  redisUrl: string,
): { readonly app: Express; readonly auth: Auth } {
  const auth = createAuth({
    ...options,
    sessions: redisSessions(redisUrl),
    idleSeconds: 24 * 3600,
    absoluteSeconds: 7 * 24 * 3600,
  });
  const app = express();
  app.use(auth.routes());
  app.get(
    '/',
    auth.currentUser().handle((req, res) => res.send(`hello ${req.user.sub}`)),
  );
  app.use(auth.errorHandler());
  return { app, auth };
}
