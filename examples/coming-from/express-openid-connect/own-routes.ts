// Addresses of one's own for signing in and for after signing out (their routes option and res.oidc.login).
import express, { type Express } from 'express';
import { type Auth, type AuthOptions, createAuth } from 'latchkey';

export function createSite(options: AuthOptions): { readonly app: Express; readonly auth: Auth } {
  const auth = createAuth({ ...options, afterLogoutPath: '/bye' });
  const app = express();
  app.use(auth.routes());
  app.get('/sign-in', (_req, res) => res.redirect('/login?return_to=/profile'));
  app.get('/bye', (_req, res) => void res.send('Bye!'));
  app.get(
    '/profile',
    auth.currentUser().handle((req, res) => res.send(`profile of ${req.user.sub}`)),
  );
  app.use(auth.errorHandler());
  return { app, auth };
}
