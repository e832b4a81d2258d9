// A page for everybody that greets those whom the provider knows already (their attemptSilentLogin).
import express, { type Express } from 'express';
import type { Auth } from 'latchkey';

export function createApp(auth: Auth): Express {
  const app = express();
  app.use(auth.routes());
  const visitor = auth.currentUser({ optional: true, silent: true });
  app.get(
    '/',
    visitor.handle((req, res) =>
      res.send(req.user === null ? '<a href="/login">Sign in</a>' : `hello ${req.user.sub}`),
    ),
  );
  app.use(auth.errorHandler());
  return app;
}
