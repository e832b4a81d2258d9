// The nearest peer: express-openid-connect with its defaults, its session in a cookie or (argument `redis`) in Redis.
import { RedisStore } from 'connect-redis';
import express from 'express';
import peer from 'express-openid-connect';
import { createClient } from 'redis';
import { readConfig } from './config.ts';
import { page } from './page.ts';

const { port, baseUrl, redisUrl, issuer, clientId, clientSecret, secret } = readConfig();

const redisSession = async () => {
  const client = createClient({ url: redisUrl });
  await client.connect();
  return { session: { store: new RedisStore({ client, prefix: 'peer:' }) } };
};

const app = express();
app.use(
  peer.auth({
    issuerBaseURL: issuer,
    baseURL: baseUrl,
    clientID: clientId,
    clientSecret,
    secret,
    authRequired: false,
    // It says so itself, for every http base URL; here it is loopback.
    authorizationParams: { response_type: 'code', scope: 'openid profile email offline_access' },
    ...(process.argv[2] === 'redis' ? await redisSession() : {}),
  }),
);

app.get('/page', peer.requiresAuth(), (req, res) => {
  const { oidc } = req as typeof req & {
    readonly oidc: { readonly user: { readonly sub: string; readonly name?: string } };
  };
  res.send(page(oidc.user.name ?? oidc.user.sub));
});

app.listen(port, '127.0.0.1');
