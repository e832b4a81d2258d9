// An API for access tokens: any good one, one with a scope, one with permissions, and a route for everybody.
import express, { type Express } from 'express';
import type { Auth } from 'latchkey';

export function createApi(auth: Auth): Express {
  const app = express();
  app.get(
    '/authenticated',
    auth.authenticated().handle((req, res) => {
      const { subject, scope, acr, permissions } = req.auth;
      res.json({ id: subject, scope, acr, permissions });
    }),
  );
  app.get('/authenticated-scope', auth.authenticated({ scope: ['openid', 'required_scope'] }), (req, res) => {
    res.json({ scope: req.auth?.scope });
  });
  app.get(
    '/authenticated-permissions',
    auth.authenticated({ permissions: ['castles:create', 'castles:read'] }),
    (req, res) => void res.json({ permissions: req.auth?.permissions }),
  );
  app.get(
    '/optional',
    auth.currentUser({ optional: true }).handle((req, res) => {
      res.json(req.user === null ? { message: 'Anonymous' } : { message: `Hello, ${req.user.email}` });
    }),
  );
  app.use(auth.errorHandler());
  return app;
}
