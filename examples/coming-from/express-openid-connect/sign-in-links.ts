// Links that say beforehand who signs in, in which language, or that a password is wanted (their authorizationParams).
import express, { type Express } from 'express';
import type { Auth } from 'latchkey';

const login = (parameters: Record<string, string>): string =>
  `/login?${new URLSearchParams({ return_to: '/', ...parameters })}`;

export function createApp(auth: Auth): Express {
  const app = express();
  app.use(auth.routes());
  app.get('/sign-in/email', (req, res) => res.redirect(login({ login_hint: String(req.query.email ?? '') })));
  app.get('/sign-in/french', (_req, res) => res.redirect(login({ ui_locales: 'fr' })));
  app.get('/sign-in/again', (_req, res) => res.redirect(login({ prompt: 'login' })));
  app.get('/sign-in/other-account', (_req, res) => res.redirect(login({ prompt: 'select_account' })));
  app.use(auth.errorHandler());
  return app;
}
