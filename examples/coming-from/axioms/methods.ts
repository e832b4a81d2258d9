// One path, with guards of its own for each method (their MethodView with _decorators).
import express, { type Express } from 'express';
import { type Auth, byMethod } from 'latchkey';

export function createApi(auth: Auth): Express {
  const app = express();
  const token = auth.authenticated();
  const create = auth.requires({ permissions: ['sample:create'] });
  const remove = auth.requires({ permissions: ['sample:delete'] });
  const openid = auth.requires({ scope: ['openid', 'profile'] });
  app.use('/samples', byMethod({ get: token, post: [token, create], delete: [token, remove, openid] }));
  app.all('/samples', (req, res) => void res.json({ method: req.method }));
  app.use(auth.errorHandler());
  return app;
}
