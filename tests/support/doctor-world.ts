// An installation as in production for the doctor: the app behind a proxy with TLS, a real provider, Redis, PostgreSQL.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Check } from '../../src/app/doctor/check.ts';
import {
  createLocalProvider,
  createLocalProviderKeys,
  memoryProviderStorage,
} from '../../src/local-provider.ts';
import { type AppWorld, startAppWorld } from './app-world.ts';
import { type CommandResult, runLatchkey } from './command-line.ts';
import { startPostgres } from './postgres.ts';
import { startRedis, type TestRedis } from './redis.ts';
import { startTlsFront, type TlsFront } from './tls-front.ts';

export type Variables = Readonly<Record<string, string>>;

export interface DoctorWorld extends AsyncDisposable {
  /** What a right installation has set. */
  readonly env: Variables;
  readonly front: TlsFront;
  readonly redis: TestRedis;
  readonly app: AppWorld;
  readonly provider: { skewMs: number; readonly port: number };
  /** `latchkey doctor --json` with these settings instead. */
  examine(other?: Variables): Promise<CommandResult & { check(name: string): Check | undefined }>;
}

const clientSecret = 'nR4+w7/Kd:2v%Lq91xTzBf8c';
const sessionSecret = 'pW3vN8xq/2LdR7+mZk5TyB1cJ9sGhF4oUeXa6iQw';

export const examineWith = async (env: Variables) => {
  const result = await runLatchkey(env, 'doctor --json');
  const checks = result.out === '' ? [] : result.json<{ checks: Check[] }>().checks;
  return { ...result, check: (name: string) => checks.find((check) => check.name === name) };
};

export const startDoctorWorld = async (): Promise<DoctorWorld> => {
  const front = await startTlsFront();
  const [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
  const keys = await createLocalProviderKeys();
  const provider = { skewMs: 0, port: 0 };
  let answer: Awaited<ReturnType<typeof createLocalProvider>>['handler'] | null = null;
  const server = createServer((req, res) => {
    res.setHeader('Date', new Date(Date.now() + provider.skewMs).toUTCString());
    answer?.(req, res);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  provider.port = (server.address() as AddressInfo).port;
  const issuer = `http://127.0.0.1:${provider.port}`;
  const redirectUris = [`${front.url}/auth-callback`];
  const client = {
    clientId: 'app',
    clientSecret,
    redirectUris,
    postLogoutRedirectUris: [],
    firstParty: true,
  };
  const accounts = { find: async () => null, authenticate: async () => null };
  const storage = memoryProviderStorage();
  const made = await createLocalProvider({ issuer, clients: [client], accounts, storage, keys });
  answer = made.handler;
  const auth = { issuer, clientId: 'app', clientSecret, sessionSecret };
  const app = await startAppWorld({ baseUrl: front.url, trustProxy: 1, auth, redis });
  front.does.to = app.port;
  const env: Variables = {
    NODE_ENV: 'production',
    BASE_URL: front.url,
    HOST: '127.0.0.1',
    PORT: String(app.port),
    TRUST_PROXY: '1',
    OIDC_ISSUER: issuer,
    OIDC_CLIENT_ID: 'app',
    OIDC_CLIENT_SECRET: clientSecret,
    SESSION_SECRET: sessionSecret,
    REDIS_URL: redis.url,
    DATABASE_URL: await postgres.freshDatabase(),
  };
  return {
    ...{ env, front, redis, app, provider },
    examine: (other = {}) => examineWith({ ...env, ...other }),
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      server.closeAllConnections();
      server.close();
      await Promise.all([front[Symbol.asyncDispose](), redis.stop(), postgres.stop()]);
    },
  };
};
