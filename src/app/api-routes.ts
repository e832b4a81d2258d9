// The example API: JSON behind the same guards as the pages.
import { Router } from 'express';
import type { Auth } from '../index.ts';
import { type AuditStore, auditRoutes, memoryAuditStore } from '../machine.ts';

/** `/api/me`, `/api/reports` and `/api/audits`. Without an audit trail, entries are kept in memory. */
export function apiRoutes(auth: Auth, clock: () => number, audit: AuditStore = memoryAuditStore()): Router {
  const router = Router();

  router.get(
    '/me',
    auth.currentUser().handle((req, res) => {
      const { kind, subject, issuer, clientId, scope, permissions, roles, acr, amr, authTime } = req.auth;
      const facts = { kind, subject, issuer, clientId, scope, permissions, roles, acr, amr, authTime };
      const { expiresAt } = req.auth;
      const ends = expiresAt === null ? null : new Date(expiresAt).toISOString();
      res.json({ ...facts, expiresAt: ends, user: req.user });
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
      store: audit,
      read: auth.authenticated({ permissions: ['audits:read'] }),
      write: auth.authenticated({ permissions: ['audits:write'] }),
      clock,
    }),
  );
  return router;
}
