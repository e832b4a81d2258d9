// Who is signed in, for a page's script, for two weeks at most (their login check and tokenExpiration).
import express, { type Express } from 'express';
import { type Auth, type AuthOptions, createAuth } from 'latchkey';

const days = 24 * 3600;

export function createSite(options: AuthOptions): { readonly app: Express; readonly auth: Auth } {
  const auth = createAuth({ ...options, absoluteSeconds: 14 * days, idleSeconds: 14 * days });
  const app = express();
  app.use(auth.routes());
  app.get(
    '/api/user',
    auth.currentUser().handle((req, res) => {
      const { sub, name, email, preferred_username } = req.user;
      res.json({ id: sub, username: preferred_username, name, email, permissions: req.auth.permissions });
    }),
  );
  app.use(auth.errorHandler());
  return { app, auth };
}
