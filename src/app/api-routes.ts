// The example API: JSON behind the same guards as the pages.
import { Router } from 'express';
import type { Auth } from '../index.ts';

/** `/api/me` and `/api/reports`. */
export function apiRoutes(auth: Auth): Router {
  const router = Router();

  router.get(
    '/me',
    auth.currentUser().handle((req, res) => {
      const { subject, issuer, scope, permissions, roles, acr, amr, authTime, expiresAt } = req.auth;
      const facts = { subject, issuer, scope, permissions, roles, acr, amr, authTime };
      res.json({ ...facts, expiresAt: new Date(expiresAt).toISOString(), user: req.user });
    }),
  );
  router.get(
    '/reports',
    auth.authenticated({ scope: ['reports'] }).handle((_req, res) => {
      res.json({ reports: [{ id: 'sign-ins', title: 'Sign-ins per day' }] });
    }),
  );
  return router;
}
