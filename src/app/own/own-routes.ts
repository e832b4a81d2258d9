// Pages on which people change what is their own: name, password, API keys.
import { Router } from 'express';
import { readForm } from '../form-fields.ts';
import { recentForChanges } from '../recent-sign-in.ts';
import { ownKeysRoutes } from './own-keys-routes.ts';
import { ownNameRoutes } from './own-name-routes.ts';
import type { OwnParts } from './own-parts.ts';
import { ownPasswordRoutes } from './own-password-routes.ts';

/** `/profile/edit`, `/profile/password` and `/profile/keys`. */
export function ownRoutes(parts: OwnParts): Router {
  const { auth, directory } = parts;
  const router = Router();
  // A program that acts for somebody neither changes their password nor makes itself another key.
  router.use(
    ['/profile/edit', '/profile/password', '/profile/keys'],
    auth.currentUser({ check: ({ kind }) => kind === 'session' }),
  );
  // The page of the password asks for the old one.
  router.use('/profile/keys', recentForChanges(auth, directory));
  router.use(['/profile/edit', '/profile/password', '/profile/keys'], readForm);
  router.use(ownNameRoutes(parts));
  router.use(ownPasswordRoutes(parts));
  router.use(ownKeysRoutes(parts));
  return router;
}
