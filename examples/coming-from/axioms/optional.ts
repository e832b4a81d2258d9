// A route for everybody that knows who brings a token (their setup_token_middleware).
import express, { type Express } from 'express';
import type { Auth } from 'latchkey';

export function createApi(auth: Auth): Express {
  const app = express();
  app.use(auth.authenticated({ optional: true }));
  app.get('/public', (req, res) => void res.json({ subject: req.auth?.subject ?? null }));
  app.get('/mine', auth.requires({ scope: ['openid'] }), (req, res) => {
    res.json({ subject: req.auth?.subject });
  });
  app.use(auth.errorHandler());
  return app;
}
