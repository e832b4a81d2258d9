// One connection to one Redis server, over TCP or TLS.
import { readFileSync } from 'node:fs';
import { createClient } from 'redis';
import type { OpenConnection } from './redis-link.ts';
import type { RedisLogin, RedisNode, RedisTlsFiles } from './redis-url.ts';

/** TLS settings with the files read. */
export type RedisTls = ReturnType<typeof readTls>;

/** How to reach a server. */
export interface ServerTerms {
  readonly node: RedisNode;
  readonly login: RedisLogin;
  readonly tls: RedisTls;
  readonly database?: number;
}

type ServerClient = ReturnType<typeof clientFor>;

/** Reads the files; null where TLS is not asked for. Throws where one cannot be read. */
export function readTls(files: RedisTlsFiles | null) {
  if (files === null) return null;
  return {
    tls: true as const,
    ...(files.caFile === undefined ? {} : { ca: readFileSync(files.caFile) }),
    ...(files.certFile === undefined ? {} : { cert: readFileSync(files.certFile) }),
    ...(files.keyFile === undefined ? {} : { key: readFileSync(files.keyFile) }),
    ...(files.serverName === undefined ? {} : { servername: files.serverName }),
  };
}

function clientFor({ node, login, tls, database = 0 }: ServerTerms) {
  return createClient({
    ...login,
    ...(database === 0 ? {} : { database }),
    socket: { host: node.host, port: node.port, ...tls, connectTimeout: 2000, reconnectStrategy: false },
    // A request must not wait for Redis to come back: it is told at once and tries again.
    disableOfflineQueue: true,
    // One timer per command costs more than the command; the shared deadline stands in its place.
    commandOptions: { timeout: 0 },
  });
}

/**
 * Opens a connection that does not mend itself: who keeps it decides where the next one goes.
 * @param lost - called once when an open connection is gone
 */
export async function openServer(
  terms: ServerTerms,
  lost: (error: Error) => void,
  signal: AbortSignal,
): Promise<OpenConnection<ServerClient>> {
  const client = clientFor(terms);
  const destroy = () => client.destroy();
  client.on('error', (error: Error) => lost(error));
  signal.addEventListener('abort', destroy, { once: true });
  try {
    await client.connect();
    // A server that still loads its data is not there yet.
    await client.ping();
    signal.throwIfAborted();
  } catch (error) {
    destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', destroy);
  }
  return { client, close: () => client.close(), destroy };
}
