// Calls an API with the person's access token, renewed when it is due (their accessToken, isExpired and refresh).
import express, { type Express } from 'express';
import { type Auth, type AuthOptions, createAuth } from 'latchkey';
import { createApiClient } from 'latchkey/machine';

export function createShop(
  options: AuthOptions,
  apiUrl: string,
): { readonly app: Express; readonly auth: Auth } {
  const auth = createAuth({
    ...options,
    scope: 'openid profile email offline_access read:products',
    audience: 'https://api.example.com/products',
  });
  const app = express();
  app.use(auth.routes());
  app.get(
    '/',
    auth.currentUser().handle(async (req, res) => {
      const api = createApiClient({ baseUrl: apiUrl, token: () => req.auth.accessToken() });
      const { data } = await api.get('/products');
      res.json(data);
    }),
  );
  app.use(auth.errorHandler());
  return { app, auth };
}
