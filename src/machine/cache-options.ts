// Where a machine token is kept: in this process, or sealed in a Redis that all processes share.
import type { RedisOptions } from '../stores/redis-client.ts';

interface SharedInRedis extends RedisOptions {
  readonly type: 'redis';
  /**
   * 32 characters or more each: the token is sealed with the first, and opened with any. All processes that share the
   * token have the same. Without it a copy of Redis would be a copy of the token.
   */
  readonly secret: string | readonly string[];
}

/** A Redis by its address. */
export interface RedisByUrl extends SharedInRedis {
  /** `redis://user:password@host:port/db`, or `rediss://`. */
  readonly url: string;
}

/** A Redis by its parts; nothing has to be percent-encoded. */
export interface RedisByHost extends SharedInRedis {
  readonly host: string;
  /** Default: 6379. */
  readonly port?: number;
  /** Default: none. */
  readonly username?: string;
  /** Default: none. */
  readonly password?: string;
  /** Number of the database. Default: 0. */
  readonly db?: number;
  /** Default: false. */
  readonly tls?: boolean;
}

/** Where the token is kept. */
export type MachineTokenCache = { readonly type: 'memory' } | RedisByUrl | RedisByHost;

/** A checked Redis cache; `null` in its place means memory. */
export interface CacheSettings {
  readonly url: string;
  readonly secrets: readonly string[];
  readonly redis: RedisOptions;
}

type AddProblem = (name: string, problem: string, mend: string) => void;

/** Checks a cache. Null for memory, and where there is a problem, which has been added then. */
export function checkCache(
  cache: MachineTokenCache,
  minSecretLength: number,
  add: AddProblem,
): CacheSettings | null {
  if (cache.type === 'memory') return null;
  if (cache.type !== 'redis') {
    add('cache.type', 'is neither memory nor redis.', "Give { type: 'memory' } or { type: 'redis', … }.");
    return null;
  }
  const secrets = [cache.secret ?? []].flat();
  if (
    secrets.length === 0 ||
    secrets.some((text) => typeof text !== 'string' || text.length < minSecretLength)
  ) {
    const problem = `is missing or has fewer than ${minSecretLength} characters; the token is sealed with it.`;
    add('cache.secret', problem, 'Make one with `openssl rand -base64 48`.');
  }
  const url = 'url' in cache ? checkUrl(cache.url, add) : urlOf(cache, add);
  const { prefix, commandTimeoutMs, onError } = cache;
  const redis = {
    ...(prefix === undefined ? {} : { prefix }),
    ...(commandTimeoutMs === undefined ? {} : { commandTimeoutMs }),
    ...(onError === undefined ? {} : { onError }),
  };
  return url === null ? null : { url, secrets, redis };
}

function checkUrl(url: unknown, add: AddProblem): string | null {
  if (typeof url === 'string' && /^rediss?:\/\//.test(url) && URL.canParse(url)) return url;
  // The text is not repeated: it may hold the password.
  add(
    'cache.url',
    'is no Redis URL.',
    'Give redis://user:password@host:port/db, special characters percent-encoded.',
  );
  return null;
}

function urlOf(cache: RedisByHost, add: AddProblem): string | null {
  const { host, port = 6379, username = '', password = '', db = 0, tls = false } = cache;
  const isHost = typeof host === 'string' && /^[\w.:-]+$/.test(host);
  if (!isHost) add('cache.host', 'is missing or no host name.', 'Give the host alone, or a url.');
  const isPort = Number.isInteger(port) && port > 0 && port < 65_536;
  if (!isPort) add('cache.port', 'is not a port.', 'The default is 6379.');
  const isDb = Number.isInteger(db) && db >= 0;
  if (!isDb) add('cache.db', 'is not the number of a database.', 'The default is 0.');
  if (!isHost || !isPort || !isDb) return null;
  const credentials =
    username === '' && password === ''
      ? ''
      : `${encodeURIComponent(username)}:${encodeURIComponent(password)}@`;
  const address = host.includes(':') ? `[${host}]` : host;
  return `${tls ? 'rediss' : 'redis'}://${credentials}${address}:${port}/${db}`;
}
