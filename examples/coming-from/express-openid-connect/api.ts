// The API on the other side, for access tokens alone (their example with requiredScopes).
import express, { type Express } from 'express';
import type { Auth } from 'latchkey';

export function createApi(auth: Auth): Express {
  const app = express();
  app.get('/products', auth.authenticated({ scope: ['read:products'] }), (_req, res) => {
    res.json([{ id: 1, name: 'Football boots' }]);
  });
  app.use(auth.errorHandler());
  return app;
}
