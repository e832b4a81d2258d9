// Asks the provider's userinfo endpoint at this very moment (their fetchUserInfo).
import express, { type Express } from 'express';
import type { Auth } from 'latchkey';

export function createApp(auth: Auth): Express {
  const app = express();
  app.use(auth.routes());
  app.get(
    '/',
    auth.currentUser({ refresh: true }).handle((req, res) => res.json(req.user)),
  );
  app.use(auth.errorHandler());
  return app;
}
