// An object for its owner alone (their check_object_ownership and require_ownership).
import express, { type Express } from 'express';
import type { Auth } from 'latchkey';

interface Article {
  readonly id: string;
  readonly user: string;
}

export function createApi(auth: Auth, find: (id: string) => Promise<Article | null>): Express {
  const app = express();
  const own = auth.owns({ load: (req) => find(String(req.params.id)), owner: 'user' });
  app.get(
    '/articles/:id',
    auth.authenticated(),
    own.handle((_req, res, article) => res.json(article)),
  );
  app.use(auth.errorHandler());
  return app;
}
