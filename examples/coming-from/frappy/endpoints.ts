// Endpoints for whoever is signed in, for a permission, for several, and for API keys (their check_login_state).
import express, { type Express } from 'express';
import type { Auth } from 'latchkey';

export function createApi(auth: Auth): Express {
  const app = express();
  app.get(
    '/api/my-endpoint',
    auth.currentUser().handle((req, res) => res.json({ id: req.user.sub })),
  );
  app.get(
    '/api/view',
    auth.currentUser({ permissions: ['view'] }).handle((req, res) => res.json(req.auth.permissions)),
  );
  app.get('/api/manage', auth.authenticated({ permissions: ['view', 'manage'] }), (_req, res) => {
    res.json({ foo: 'bar' });
  });
  app.get(
    '/api/export',
    auth.authenticated({ apiKeys: true, permissions: ['view'] }).handle((req, res) => {
      res.json({ id: req.auth.subject, by: req.auth.kind });
    }),
  );
  app.use(auth.errorHandler());
  return app;
}
