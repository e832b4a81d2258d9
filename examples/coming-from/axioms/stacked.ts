// All of several requirements, each a guard of its own (their decorators one above the other).
import express, { type Express } from 'express';
import { type Auth, anyOf } from 'latchkey';

export function createApi(auth: Auth): Express {
  const app = express();
  const openid = auth.requires({ scope: ['openid'] });
  const editor = auth.requires({ roles: anyOf('editor', 'admin') });
  app.get('/drafts', auth.authenticated(), openid, editor, (_req, res) => void res.json([]));
  app.get(
    '/in-one',
    auth.authenticated({ scope: ['openid'], roles: anyOf('editor', 'admin') }),
    (_req, res) => {
      res.json([]);
    },
  );
  app.get('/forgotten', editor, (_req, res) => void res.json('nobody gets here'));
  app.use(auth.errorHandler());
  return app;
}
