// The app's pages: each a guard and a view.
import { Router } from 'express';
import type { Auth } from '../index.ts';
import { anyOf } from '../index.ts';
import type { RenderPage } from './pages.ts';

/** The example pages and the profile. */
export function pageRoutes(auth: Auth, render: RenderPage, silent: boolean): Router {
  const router = Router();

  router.get('/', auth.currentUser({ optional: true, silent }), (req, res) => {
    render(req, res, 'home', 'Start', { user: req.user });
  });
  router.get('/protected', auth.currentUser(), (req, res) => {
    render(req, res, 'protected', 'Your page', { user: req.user, auth: req.auth });
  });
  router.get('/protected/scope', auth.currentUser({ scope: ['reports'] }), (req, res) => {
    render(req, res, 'scope', 'Reports', { auth: req.auth, needed: 'reports' });
  });
  router.get(
    '/protected/permission',
    auth.currentUser({ permissions: anyOf('reports:read') }),
    (req, res) => {
      render(req, res, 'permission', 'Report details', { auth: req.auth, needed: 'reports:read' });
    },
  );
  router.get(
    '/profile',
    auth.currentUser().handle((req, res) => {
      const { auth: credential, user } = req;
      render(req, res, 'profile', 'Your profile', {
        user,
        subject: credential.subject,
        issuer: credential.issuer,
        scopes: credential.scope,
        permissions: credential.permissions,
        roles: credential.roles,
        acr: credential.acr,
        signedInAt: new Date(credential.session.startedAt),
        sessionEndsAt: new Date(credential.session.absoluteEndsAt),
        idleEndsAt: new Date(credential.session.idleEndsAt),
        tokenEndsAt: new Date(credential.expiresAt),
      });
    }),
  );
  return router;
}
