// Something that wants a second factor, and wants it to be an hour old at most (their stepUp with maxAge).
import express, { type Express } from 'express';
import { type Auth, anyOf } from 'latchkey';

const multiFactor = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor';

export function createApi(auth: Auth): Express {
  const app = express();
  const steppedUp = auth.authenticated({ acr: multiFactor, amr: ['mfa'], maxAge: 3600 });
  const secondFactor = auth.requires({ amr: anyOf('otp', 'sms', 'hwk', 'sso') });
  app.get('/transfer', steppedUp, secondFactor, (_req, res) => void res.json({ transferred: true }));
  app.use(auth.errorHandler());
  return app;
}
