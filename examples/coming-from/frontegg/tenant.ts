// What belongs to a tenant opens for people and keys of that tenant alone (their tenantId).
import express, { type Express } from 'express';
import type { Auth } from 'latchkey';

export function createApi(auth: Auth): Express {
  const app = express();
  const ofTenant = auth.authenticated({
    apiKeys: true,
    check: ({ claims, apiKey }, req) => (apiKey?.tenant ?? claims.tenantId) === req.params.tenant,
  });
  app.get('/tenants/:tenant/invoices', ofTenant, (req, res) => void res.json({ tenant: req.params.tenant }));
  app.use(auth.errorHandler());
  return app;
}
