// Keys for machines in x-api-key, remembered in Redis (their access tokens with accessTokensOptions.cache).
import express, { type Express } from 'express';
import { type ApiKeyStore, type Auth, type AuthOptions, anyOf, createAuth } from 'latchkey';
import { redisKeyCache } from 'latchkey/redis';

export function createService(
  options: AuthOptions,
  apiKeys: ApiKeyStore,
  redisUrl: string,
): { readonly app: Express; readonly auth: Auth } {
  const auth = createAuth({ ...options, apiKeys, apiKeyCache: redisKeyCache(redisUrl) });
  const app = express();
  const anybody = auth.authenticated({ apiKeys: true });
  const readers = auth.authenticated({ apiKeys: true, permissions: anyOf('reports:read', 'reports:all') });
  app.get(
    '/whoami',
    anybody.handle((req, res) => res.json({ id: req.auth.subject, kind: req.auth.kind })),
  );
  app.get('/reports', readers, (_req, res) => void res.json([]));
  app.use(auth.errorHandler());
  return { app, auth };
}
