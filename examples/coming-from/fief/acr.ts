// A page that wants the password to have been entered just now (their ACR levels 0 and 1).
import express, { type Express } from 'express';
import { type Auth, type AuthOptions, createAuth } from 'latchkey';

export function createSite(options: AuthOptions): { readonly app: Express; readonly auth: Auth } {
  const auth = createAuth({ ...options, acrOrder: ['0', '1'] });
  const app = express();
  app.use(auth.routes());
  app.get('/account', auth.currentUser({ acr: '0' }), (_req, res) => void res.send('your account'));
  app.get('/account/password', auth.currentUser({ acr: '1', maxAge: 300 }), (req, res) => {
    res.send(`signed in with acr ${req.auth?.acr}`);
  });
  app.use(auth.errorHandler());
  return { app, auth };
}
