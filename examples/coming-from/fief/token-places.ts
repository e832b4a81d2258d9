// Where the token is looked for (their get_authorization_scheme_token and get_cookie).
import express, { type Express } from 'express';
import { type Auth, authorizationToken } from 'latchkey';

export function createApi(auth: Auth): Express {
  const app = express();
  const castleToken = authorizationToken({ scheme: 'Castle' });
  app.get('/castles', auth.authenticated({ token: castleToken }), (req, res) => {
    res.json({ id: req.auth?.subject });
  });
  app.get('/either', auth.authenticated(), (req, res) => void res.json({ kind: req.auth?.kind }));
  app.use(auth.errorHandler());
  return app;
}
