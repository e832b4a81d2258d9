// An API guarded by scopes, roles and permissions, each list meaning "one of these" (their sample of all decorators).
import express, { type Express } from 'express';
import { type Auth, type AuthOptions, anyOf, createAuth } from 'latchkey';

export function createService(
  options: AuthOptions,
  domain: string,
): { readonly app: Express; readonly auth: Auth } {
  const auth = createAuth({
    ...options,
    rolesClaim: [`https://${domain}/claims/roles`],
    permissionsClaim: [`https://${domain}/claims/permissions`],
  });
  const app = express();
  const scope = auth.authenticated({ scope: anyOf('openid', 'profile') });
  const role = auth.authenticated({ roles: anyOf('sample:role', 'sample:admin') });
  const may = (permission: string) => auth.authenticated({ permissions: [permission] });

  app.get(
    '/private',
    scope.handle((req, res) => res.json({ subject: req.auth.claims.sub })),
  );
  app.all('/role', role, (req, res) => void res.json({ message: `${req.method} by role` }));
  app.post('/permission', may('sample:create'), (_req, res) => void res.json({ message: 'created' }));
  app.get('/permission', may('sample:read'), (_req, res) => void res.json({ message: 'read' }));
  app.patch('/permission', may('sample:update'), (_req, res) => void res.json({ message: 'updated' }));
  app.delete('/permission', may('sample:delete'), (_req, res) => void res.json({ message: 'deleted' }));
  app.use(auth.errorHandler());
  return { app, auth };
}
