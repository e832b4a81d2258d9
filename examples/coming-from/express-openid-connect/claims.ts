// Pages for people with certain claims (their claimEquals, claimIncludes and claimCheck).
import express, { type Express } from 'express';
import { type Auth, anyOf } from 'latchkey';

export function createApp(auth: Auth): Express {
  const app = express();
  app.use(auth.routes());
  const admin = auth.currentUser({ check: (_auth, _req, user) => user?.isAdmin === true });
  const salesManagers = auth.currentUser({ roles: ['sales', 'manager'] });
  const payroll = auth.currentUser({
    check: ({ roles }, _req, user) => user?.isAdmin === true || roles.includes('payroll'),
  });
  const eitherOfTwo = auth.currentUser({ roles: anyOf('sales', 'payroll') });

  app.get('/admin', admin, (_req, res) => void res.send('the admin section'));
  app.get('/sales-managers', salesManagers, (_req, res) => void res.send("the sales managers' section"));
  app.get('/payroll', payroll, (_req, res) => void res.send('the payroll section'));
  app.get('/numbers', eitherOfTwo, (_req, res) => void res.send('the numbers'));
  app.use(auth.errorHandler());
  return app;
}
