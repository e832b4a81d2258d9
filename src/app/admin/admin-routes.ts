// The pages of administrators: one guard before all of them, then each page.
import { Router } from 'express';
import type { Auth } from '../../index.ts';
import type { AppDirectory } from '../app-directory.ts';
import { readForm } from '../form-fields.ts';
import { only } from '../method-check.ts';
import { recentForChanges } from '../recent-sign-in.ts';
import type { AdminParts } from './admin-parts.ts';
import { auditPageRoutes } from './audit-page-routes.ts';
import { newPersonRoutes } from './new-person-routes.ts';
import { passwordRoutes } from './password-routes.ts';
import { peopleRoutes } from './people-routes.ts';
import { personAccessRoutes } from './person-access-routes.ts';
import { personRoutes } from './person-routes.ts';

/** Everything below `/admin`. */
export function adminRoutes(
  auth: Auth,
  directory: AppDirectory,
  pages: Pick<AdminParts, 'basePath' | 'render' | 'report' | 'clock'>,
): Router {
  const { store, accounts, adminPermission = 'admin' } = directory;
  const { basePath } = pages;
  const parts: AdminParts = { auth, store, accounts, adminPermission, ...pages };

  const router = Router();
  // Before all of them, so that none can be forgotten: who may not administer does not learn which there are.
  // Somebody's token or key is not somebody who looks at a page.
  router.use(
    '/admin',
    auth.currentUser({ permissions: [adminPermission], check: ({ kind }) => kind === 'session' }),
    // Behind the permission: signing in again would not help those who lack it.
    recentForChanges(auth, directory),
    readForm,
  );
  router.get('/admin', (_req, res) => res.redirect(302, `${basePath}/admin/people`));
  router.use(peopleRoutes(parts));
  // Before `/admin/people/:id`, of which it would be one.
  router.use(newPersonRoutes(parts));
  router.use(personRoutes(parts));
  router.use(passwordRoutes(parts));
  router.use(personAccessRoutes(parts));
  router.use(auditPageRoutes(parts));
  router.all('/admin', only('GET, HEAD'));
  return router;
}
