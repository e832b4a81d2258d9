// Some pages for everybody, one for people who are signed in (their authRequired: false with requiresAuth).
import express, { type Express } from 'express';
import type { Auth } from 'latchkey';

export function createApp(auth: Auth): Express {
  const app = express();
  app.use(auth.routes());
  app.get('/', (_req, res) => void res.send('<a href="/admin">Admin section</a>'));
  app.get(
    '/admin',
    auth.currentUser().handle((req, res) => res.send(`Hello ${req.user.sub}, this is the admin section.`)),
  );
  app.use(auth.errorHandler());
  return app;
}
