// Signing out here and at the provider, and being signed out from there (their idpLogout and backchannelLogout).
import express, { type Express } from 'express';
import type { Auth } from 'latchkey';

export function createApp(auth: Auth): Express {
  const app = express();
  app.use(auth.routes());
  app.get(
    '/',
    auth.currentUser().handle((req, res) => {
      res.send(`hello ${req.user.sub} <form method="post" action="/logout"><button>Sign out</button></form>`);
    }),
  );
  app.use(auth.errorHandler());
  return app;
}
