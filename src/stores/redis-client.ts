// The connection to Redis: fails at once while it is down, and never waits longer than the deadline.
import { createClient } from 'redis';
import { LatchkeyError } from '../errors.ts';
import { createDeadline } from './deadline.ts';

/** Options of the connection. */
export interface RedisOptions {
  /** Put before every key. Default: `latchkey:`. */
  readonly prefix?: string;
  /** Milliseconds that one command may take. Default: 2000. */
  readonly commandTimeoutMs?: number;
  /** Called when the connection breaks or cannot be made. */
  readonly onError?: (error: Error) => void;
}

/** A running connection. */
export interface RedisConnection {
  /** Runs one command. Rejects with `store_unavailable` when Redis is down or slow. */
  run<T>(command: (client: RedisClient) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

type RedisClient = ReturnType<typeof createRedisClient>;

function createRedisClient(url: string) {
  return createClient({
    url,
    // A request must not wait for Redis to come back: it is told at once and tries again.
    disableOfflineQueue: true,
    // One timer per command costs more than the command; the shared deadline stands in its place.
    commandOptions: { timeout: 0 },
    socket: { connectTimeout: 2000, reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 1000) },
  });
}

/** Connects in the background; commands sent before the first connection wait for it, up to the deadline. */
export function connectRedis(url: string, options: RedisOptions): RedisConnection {
  const client = createRedisClient(url);
  const withDeadline = createDeadline(options.commandTimeoutMs ?? 2000);
  let connecting: Promise<unknown> | null = null;

  // What a listener throws inside the client would stop it from ever connecting again.
  client.on('error', (error: Error) => void Promise.try(() => options.onError?.(error)).catch(() => {}));
  // Only the first attempt is waited for: once it failed, commands are refused until a later one succeeds.
  connecting = new Promise<void>((resolve) => {
    client.once('ready', () => resolve());
    client.once('error', () => resolve());
  }).then(() => {
    connecting = null;
  });
  // Rejects only when close() comes before the first connection.
  client.connect().catch(() => {});

  return {
    async run(command) {
      try {
        if (connecting !== null) await withDeadline(connecting);
        return await withDeadline(command(client));
      } catch (cause) {
        throw new LatchkeyError('store_unavailable', { detail: `Redis: ${messageOf(cause)}`, cause });
      }
    },
    async close() {
      if (client.isReady) await withDeadline(client.close()).catch(() => client.destroy());
      else if (client.isOpen) client.destroy();
    },
  };
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : 'unknown failure';
}
