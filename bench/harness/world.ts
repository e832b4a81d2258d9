// Everything that runs during a bench: Redis, the provider, the servers, and a person signed in at each.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../tests/support/free-port.ts';
import { writeConfig } from '../servers/config.ts';
import { type Child, startBeside, startMeasured, untilListening } from './child.ts';
import { getRequest } from './load.ts';
import { logIn } from './login.ts';
import { startOwnRedis, type TestRedis } from './redis.ts';
import { type ServerName, type Subject, servers } from './subjects.ts';

/** A server that runs. */
export interface Running {
  readonly child: Child;
  readonly port: number;
  readonly baseUrl: string;
  /** The Cookie header of a person who has signed in; empty where nobody can. */
  readonly cookie: string;
  /** Resident memory with one person signed in, before any load. */
  readonly idleRss: number;
  /** The keys in Redis that the login left there. */
  readonly sessionKeys: readonly string[];
}

/** The world of a bench. */
export interface World extends AsyncDisposable {
  readonly redis: TestRedis;
  readonly issuer: string;
  /** Signs session cookies everywhere. */
  readonly secret: string;
  readonly running: ReadonlyMap<ServerName, Running>;
  /** The request of a row, with its credential. */
  requestOf(subject: Subject): { readonly port: number; readonly request: Buffer };
}

const client = { clientId: 'bench', clientSecret: 'the-secret-of-the-bench-client' };
const secret = randomBytes(36).toString('base64url');

/** Starts it all. Whatever happens in between, nothing stays behind. */
export async function startWorld(names: readonly ServerName[]): Promise<World> {
  const stops: (() => Promise<void>)[] = [];
  const stopAll = async () => {
    for (const stop of stops.reverse()) await stop();
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-'));
    stops.push(() => rm(folder, { recursive: true, force: true }));
    const redis = await startOwnRedis();
    stops.push(() => redis.stop());
    const base = { redisUrl: redis.url, secret, ...client };
    const provider = await startBeside(
      new URL('../servers/provider.ts', import.meta.url),
      writeConfig({ ...base, issuer: '', port: 0, baseUrl: '' }),
    );
    stops.push(provider.stop);
    const { issuer, accessToken } = provider.said as { issuer: string; accessToken: string };

    const running = new Map<ServerName, Running>();
    for (const name of names) {
      const { file, args, hasLogin } = servers[name];
      const port = await freePort();
      const baseUrl = `http://127.0.0.1:${port}`;
      const env = {
        ...writeConfig({ ...base, issuer, port, baseUrl }),
        ...(name === 'app'
          ? appEnvironment({ port, baseUrl, issuer, redisUrl: redis.url, folder, secret })
          : {}),
      };
      const child = await startMeasured(file, args, env, folder);
      stops.push(child.stop);
      await untilListening(port);
      const before = new Set(await redis.keys());
      const cookie = hasLogin ? await logIn(baseUrl) : '';
      const sessionKeys = (await redis.keys()).filter((key) => !before.has(key));
      const { rss: idleRss } = await child.usage();
      running.set(name, { child, port, baseUrl, cookie, idleRss, sessionKeys });
    }
    return {
      ...{ redis, issuer, secret, running, [Symbol.asyncDispose]: stopAll },
      requestOf({ server, path, credential }) {
        const { port, cookie } = runningOf(running, server);
        const api = { accept: 'application/json', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' };
        const request = getRequest(path, {
          ...(path.startsWith('/api/') ? api : {}),
          ...(credential === 'session' ? { cookie } : {}),
          ...(credential === 'bearer' ? { authorization: `Bearer ${accessToken}` } : {}),
        });
        return { port, request };
      },
    };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

/** The one of this name. */
export function runningOf(running: World['running'], name: ServerName): Running {
  const found = running.get(name);
  if (found === undefined) throw new Error(`the server ${name} does not run in this bench`);
  return found;
}

interface AppPlace {
  readonly port: number;
  readonly baseUrl: string;
  readonly issuer: string;
  readonly redisUrl: string;
  readonly folder: string;
  readonly secret: string;
}

/** The app reads its settings from the environment, as in every installation. */
export function appEnvironment(place: AppPlace): Record<string, string> {
  const { port, baseUrl, issuer, redisUrl, folder } = place;
  return {
    PORT: String(port),
    HOST: '127.0.0.1',
    BASE_URL: baseUrl,
    OIDC_ISSUER: issuer,
    OIDC_CLIENT_ID: client.clientId,
    OIDC_CLIENT_SECRET: client.clientSecret,
    SESSION_SECRET: place.secret,
    REDIS_URL: redisUrl,
    DATA_DIR: join(folder, 'data'),
    // One address signs in a hundred times here.
    RATE_LIMITS: 'off',
  };
}
