// An API that pages of one other origin may call with credentials (their CORS with supports_credentials).
import express, { type Express } from 'express';
import { type Auth, crossOrigin } from 'latchkey';

export function createApi(auth: Auth): Express {
  const app = express();
  app.use(crossOrigin(['https://app.example.com']));
  app.get(
    '/secret',
    auth.currentUser().handle((req, res) => res.send(`a secret for ${req.user.sub}`)),
  );
  app.use(auth.errorHandler());
  return app;
}
