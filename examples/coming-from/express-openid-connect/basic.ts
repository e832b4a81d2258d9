// Everything behind the guard needs a signed-in person (their basic setup, where all routes are protected).
import express, { type Express } from 'express';
import type { Auth } from 'latchkey';

export function createApp(auth: Auth): Express {
  const app = express();
  app.use(auth.routes());
  app.use(auth.currentUser());
  app.get('/', (req, res) => void res.send(`hello ${req.user?.sub}`));
  app.use(auth.errorHandler());
  return app;
}
