// Only people of one organization get past the guards (their afterCallback hook that looks at org_id).
import express, { type Express } from 'express';
import type { Auth, RequestAuth, User } from 'latchkey';

const member = (_auth: RequestAuth, _req: unknown, user: User | null): boolean => user?.org_id === 'org_acme';

export function createApp(auth: Auth): Express {
  const app = express();
  app.use(auth.routes());
  app.use(auth.currentUser({ check: member }));
  app.get('/', (req, res) => void res.send(`hello ${req.user?.sub}`));
  app.use(auth.errorHandler());
  return app;
}
