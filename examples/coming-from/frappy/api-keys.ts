// One API key for each person, made and revoked by themselves (their POST and DELETE /api/user/key).
import express, { type Express } from 'express';
import { type ApiKeyStore, type Auth, type AuthOptions, createAuth, type RequestAuth } from 'latchkey';

export function createSite(
  options: AuthOptions,
  apiKeys: ApiKeyStore,
): { readonly app: Express; readonly auth: Auth } {
  const auth = createAuth({ ...options, apiKeys });
  const revokeAll = async ({ issuer, subject }: RequestAuth): Promise<void> => {
    for (const { id } of await auth.apiKeys.list({ issuer, subject })) await auth.apiKeys.revoke(id);
  };
  const person = auth.currentUser();

  const app = express();
  app.use(auth.routes());
  app.post(
    '/api/user/key',
    person.handle(async (req, res) => {
      const { issuer, subject, permissions } = req.auth;
      await revokeAll(req.auth);
      const owner = { issuer, subject };
      const { key } = await auth.apiKeys.create({ name: 'my key', owner, permissions });
      res.json({ apiKey: key });
    }),
  );
  app.delete(
    '/api/user/key',
    person.handle(async (req, res) => {
      await revokeAll(req.auth);
      res.json({ apiKey: null });
    }),
  );
  app.get('/api/export', auth.authenticated({ apiKeys: true, permissions: ['view'] }), (req, res) => {
    res.json({ id: req.auth?.subject });
  });
  app.use(auth.errorHandler());
  return { app, auth };
}
