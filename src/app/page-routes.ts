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
      const { session } = credential;
      render(req, res, 'profile', 'Your profile', {
        user,
        subject: credential.subject,
        issuer: credential.issuer,
        scopes: credential.scope,
        permissions: credential.permissions,
        roles: credential.roles,
        acr: credential.acr,
        signedInAt: dateOf(session?.startedAt),
        sessionEndsAt: dateOf(session?.absoluteEndsAt),
        idleEndsAt: dateOf(session?.idleEndsAt),
        tokenEndsAt: dateOf(credential.expiresAt),
      });
    }),
  );
  return router;
}

/** Null where there is no such time: an access token in a header comes without a session. */
function dateOf(time: number | null | undefined): Date | null {
  return time === null || time === undefined ? null : new Date(time);
}
