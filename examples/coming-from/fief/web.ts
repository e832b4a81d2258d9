// A web app: a page for people who are signed in, one that wants a scope, one that wants a permission.
import express, { type Express } from 'express';
import type { Auth } from 'latchkey';

export function createApp(auth: Auth): Express {
  const app = express();
  app.use(auth.routes());
  app.get(
    '/protected',
    auth.currentUser().handle((req, res) => res.send(`You are signed in as ${req.user.email}`)),
  );
  app.get('/reports', auth.currentUser({ scope: ['openid', 'reports'] }), (_req, res) => {
    res.send('reports');
  });
  app.get('/castles/new', auth.currentUser({ permissions: ['castles:create'] }), (_req, res) => {
    res.send('a new castle');
  });
  app.get(
    '/fresh',
    auth.currentUser({ refresh: true }).handle((req, res) => res.send(`at this moment ${req.user.email}`)),
  );
  app.use(auth.errorHandler());
  return app;
}
