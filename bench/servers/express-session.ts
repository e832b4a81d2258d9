// What people build first: express, express-session and connect-redis with their defaults, openid-client for the login.
import { RedisStore } from 'connect-redis';
import express from 'express';
import session from 'express-session';
import * as oidc from 'openid-client';
import { createClient } from 'redis';
import { readConfig } from './config.ts';
import { page } from './page.ts';

declare module 'express-session' {
  interface SessionData {
    login?: { readonly state: string; readonly nonce: string; readonly verifier: string };
    user?: { readonly [claim: string]: unknown };
    tokens?: unknown;
  }
}

const { port, baseUrl, redisUrl, issuer, clientId, clientSecret, secret } = readConfig();
const client = createClient({ url: redisUrl });
await client.connect();
const config = await oidc.discovery(
  new URL(issuer),
  clientId,
  {},
  oidc.ClientSecretBasic(clientSecret),
  // Loopback only; a real installation has https.
  { execute: [oidc.allowInsecureRequests] },
);
const redirectUri = `${baseUrl}/callback`;

const app = express();
app.use(
  session({
    store: new RedisStore({ client }),
    secret,
    resave: false,
    saveUninitialized: false,
  }),
);

app.get('/login', async (req, res) => {
  const verifier = oidc.randomPKCECodeVerifier();
  const login = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier };
  req.session.login = login;
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid profile email offline_access',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: login.state,
    nonce: login.nonce,
  });
  res.redirect(url.href);
});

app.get('/callback', async (req, res) => {
  const { login } = req.session;
  if (login === undefined) return void res.status(400).end();
  const tokens = await oidc.authorizationCodeGrant(config, new URL(req.originalUrl, baseUrl), {
    expectedState: login.state,
    expectedNonce: login.nonce,
    pkceCodeVerifier: login.verifier,
    idTokenExpected: true,
  });
  await new Promise((resolve) => req.session.regenerate(resolve));
  req.session.user = { ...tokens.claims() };
  const { access_token, refresh_token, id_token } = tokens;
  req.session.tokens = { access_token, refresh_token, id_token };
  res.redirect('/page');
});

app.get('/page', (req, res) => {
  const { user } = req.session;
  if (user === undefined) return res.redirect('/login');
  return res.send(page(String(user.name ?? user.sub)));
});

app.listen(port, '127.0.0.1');
