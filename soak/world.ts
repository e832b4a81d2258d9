// Everything a soak needs, as processes on loopback: two nodes behind nginx, one Redis, one directory, one provider.
import { type AppProcess, startAppProcess } from '../tests/support/app-process.ts';
import { freePort } from '../tests/support/free-port.ts';
import { startNginx } from '../tests/support/nginx.ts';
import { type ProviderProcess, startProviderProcess } from '../tests/support/provider-process.ts';
import { startRedis, type TestRedis } from '../tests/support/redis.ts';

/** What runs. */
export interface World extends AsyncDisposable {
  readonly site: string;
  readonly issuer: string;
  readonly redis: TestRedis;
  readonly provider: ProviderProcess;
  /** Those that run. */
  nodes(): readonly AppProcess[];
  /** Those that ever ran. */
  everyNode(): readonly AppProcess[];
  /** SIGKILL for the first. */
  killNode(): Promise<void>;
  restartNode(): Promise<void>;
}

/** Access tokens live so long, and are renewed after three quarters of it. */
export const tokenSeconds = 10;

const reporter = new URL('./report-heap.ts', import.meta.url).href;
const readyWords = '"listening"';

/** Starts it; what has started is ended again where something does not. */
export async function startWorld(): Promise<World> {
  const started = new AsyncDisposableStack();
  try {
    return await startIn(started);
  } catch (error) {
    await started.disposeAsync();
    throw error;
  }
}

async function startIn(started: AsyncDisposableStack): Promise<World> {
  // Sessions are on the disk before they are answered for, so they are there after a SIGKILL.
  const redis = started.use(
    await startRedis({ settings: ['--appendonly', 'yes', '--appendfsync', 'always'] }),
  );
  const [httpPort, httpsPort, providerPort] = [await freePort(), await freePort(), await freePort()];
  const site = `https://localhost:${httpsPort}`;
  const issuer = `http://127.0.0.1:${providerPort}`;
  const env = {
    OIDC_ISSUER: issuer,
    OIDC_CLIENT_ID: 'app',
    OIDC_CLIENT_SECRET: 'app-secret-app-secret-app-secret',
    OIDC_SCOPE: 'openid profile email offline_access reports',
    // So that a browser can show its token to the API as a program would.
    ACCESS_TOKEN_COOKIE: 'plain',
    SESSION_SECRET: 'one secret of more than thirty-two characters for both',
    REDIS_URL: redis.url,
    BASE_URL: site,
    TRUST_PROXY: '1',
    RATE_LIMITS: 'on',
  };
  const start = async (port?: number, dataDir?: string): Promise<AppProcess> => {
    const own = port === undefined ? env : { ...env, PORT: String(port) };
    const place = dataDir === undefined ? {} : { dataDir };
    const node = started.use(await startAppProcess({ env: own, imports: [reporter], ...place }));
    await node.saying(readyWords);
    return node;
  };
  const survivor = await start();
  // People, keys and the audit trail are in one directory.
  const killed = await start(undefined, survivor.dataDir);
  const nginx = started.use(await startNginx({ httpPort, httpsPort, nodes: [survivor.port, killed.port] }));
  const provider = started.use(
    await startProviderProcess(providerPort, site, tokenSeconds, nginx.certificateFile),
  );
  const all = [survivor, killed];
  let running = [...all];
  return {
    site,
    issuer,
    redis,
    provider,
    nodes: () => running,
    everyNode: () => all,
    async killNode() {
      running = [survivor];
      killed.signal('SIGKILL');
      await killed.ended;
    },
    async restartNode() {
      const node = await start(killed.port, survivor.dataDir);
      running = [survivor, node];
      all.push(node);
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}
