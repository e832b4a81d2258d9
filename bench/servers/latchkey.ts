// latchkey as a library with all the protections its app has, in the app's order: log line, metrics, headers, checks,
// limits, guard.
// With the argument `claims` it takes what the ID token says and does not ask for userinfo at login.
import express from 'express';
import { createLog, logEvents } from '../../src/app/log.ts';
import { logRequests } from '../../src/app/log-requests.ts';
import { refuseOddMethods, refuseTwoHosts } from '../../src/app/method-check.ts';
import { securityHeaders } from '../../src/app/security-headers.ts';
import { createAuth, listen } from '../../src/index.ts';
import { createMetrics } from '../../src/metrics.ts';
import { redisSessions } from '../../src/redis.ts';
import { readConfig } from './config.ts';
import { page } from './page.ts';

const { port, baseUrl, redisUrl, issuer, clientId, clientSecret, secret } = readConfig();
const log = createLog('info');
const metrics = createMetrics({ process: true });
const toLog = logEvents(log);
const auth = createAuth({
  issuer,
  clientId,
  clientSecret,
  baseUrl,
  sessionSecret: secret,
  sessions: redisSessions(redisUrl),
  onEvent(event) {
    toLog(event);
    metrics.onEvent(event);
  },
  onCall: metrics.onCall,
  // One address signs in a thousand people.
  limits: { login: false },
  ...(process.argv[2] === 'claims' ? { userinfo: 'never' } : {}),
});

const app = express();
app.disable('x-powered-by');
app.set('etag', false);
app.use(logRequests(log, metrics.onAnswer));
app.use(securityHeaders(new URL(baseUrl), auth.providerOrigins));
app.use(refuseTwoHosts);
app.use(refuseOddMethods());
app.use(auth.routes());
app.use('/api', auth.apiLimit());
app.get(
  '/page',
  auth.currentUser().handle((req, res) => res.send(page(req.user.name ?? req.user.sub))),
);
app.get(
  '/open',
  auth.currentUser({ optional: true }).handle((req, res) => res.send(page(req.user?.name ?? 'stranger'))),
);
app.get(
  '/api/me',
  auth.authenticated().handle((req, res) => {
    const { kind, subject, scope, permissions, roles, expiresAt } = req.auth;
    res.json({ kind, subject, scope, permissions, roles, expiresAt });
  }),
);
app.use(auth.errorHandler());
await listen(app, port, '127.0.0.1');
