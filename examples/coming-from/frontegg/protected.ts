// Routes for people, for certain roles and for certain permissions (their withAuthentication).
import express, { type Express } from 'express';
import { type Auth, anyOf } from 'latchkey';

export function createApi(auth: Auth): Express {
  const app = express();
  app.use(
    '/protected',
    auth.currentUser().handle((req, res) => res.json({ user: req.user.sub, claims: req.auth.claims })),
  );
  const reports = auth.currentUser({
    roles: anyOf('my-role', 'another-role'),
    permissions: anyOf('my-permission', 'another-permission'),
  });
  app.get(
    '/reports',
    reports.handle((req, res) => res.json({ roles: req.auth.roles, permissions: req.auth.permissions })),
  );
  app.use(auth.errorHandler());
  return app;
}
