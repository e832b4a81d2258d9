// The example API: JSON behind the same guards as the pages.
import { Router } from 'express';
import type { Auth } from '../index.ts';
import { auditRoutes, memoryAuditStore } from '../machine.ts';

/** `/api/me`, `/api/reports` and `/api/audits`. */
export function apiRoutes(auth: Auth, clock: (() => number) | undefined): Router {
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
  router.use(
    '/audits',
    auditRoutes({
      store: memoryAuditStore(),
      read: auth.authenticated({ permissions: ['audits:read'] }),
      write: auth.authenticated({ permissions: ['audits:write'] }),
      ...(clock === undefined ? {} : { clock }),
    }),
  );
  return router;
}
