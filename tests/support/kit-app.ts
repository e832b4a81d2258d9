// A customer's app at the test kit's provider: pages and an API, with nothing of the tests' own machinery.
import express, { type Express } from 'express';
import { type Auth, type AuthOptions, createAuth } from '../../src/index.ts';
import { type TestProvider, testAuthOptions } from '../../src/testing.ts';

export interface KitApp {
  readonly app: Express;
  readonly auth: Auth;
}

/** Mounted below the path of the base URL, as the documents say. */
export const createKitApp = (provider: TestProvider, overrides: Partial<AuthOptions> = {}): KitApp => {
  const options = testAuthOptions(provider, overrides);
  const auth = createAuth(options);
  const signedIn = auth.currentUser();
  const optional = auth.currentUser({ optional: true });
  const reports = auth.currentUser({ permissions: ['reports:read'] });
  const me = signedIn.handle(async (req, res) => {
    const { subject, permissions, acr, amr, authTime } = req.auth;
    res.json({ subject, permissions, acr, amr, authTime, token: await req.auth.accessToken() });
  });
  const note = signedIn.handle((req, res) => {
    res.status(201).json({ by: req.auth.subject, note: req.body, type: req.headers['content-type'] });
  });
  const pages = express.Router();
  pages.use(auth.routes());
  pages.get(
    '/page',
    signedIn.handle((req, res) => res.send(`<p>page of ${req.user.name}</p>`)),
  );
  pages.get('/reports', reports, (_req, res) => void res.send('reports'));
  pages.get('/api/me', me);
  pages.post('/api/notes', express.text({ type: '*/*' }), note);
  pages.get('/moved', signedIn, (req, res) => res.redirect(`${req.baseUrl}/api/me`));
  pages.get('/away', signedIn, (_req, res) => res.redirect('https://elsewhere.example/'));
  pages.get(
    '/',
    optional.handle((req, res) => res.send(`hello ${req.user?.name ?? 'stranger'}`)),
  );
  pages.use(auth.errorHandler());
  const { pathname } = new URL(options.baseUrl);
  const app = express().set('trust proxy', 'loopback').use(pathname, pages);
  return { app, auth };
};
