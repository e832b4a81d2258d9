// The way to Redis: every command has a deadline, fails at once in an outage, and survives a connection that died.
import { LatchkeyError } from '../errors.ts';
import { createDeadline, DeadlinePassed } from './deadline.ts';
import { linkToCluster } from './redis-cluster.ts';
import { keepLink, type RedisCommands, type RedisLink } from './redis-link.ts';
import { NotConnected, sendAgain } from './redis-retry.ts';
import { linkThroughSentinel } from './redis-sentinel.ts';
import { openServer, type RedisTls } from './redis-server.ts';
import type { RedisAddress, RedisNode } from './redis-url.ts';

/** Options of the connection. */
export interface RedisOptions {
  /** Put before every key. Default: `latchkey:`. With Cluster it must have no braces. */
  readonly prefix?: string;
  /** Milliseconds that one command may take, with the second try that a broken connection costs. Default: 2000. */
  readonly commandTimeoutMs?: number;
  /** Called when the connection breaks or cannot be made. */
  readonly onError?: (error: Error) => void;
}

/** A running connection. */
export interface RedisConnection {
  /** Runs one command. Rejects with `store_unavailable` when Redis is down or slow. */
  run<T>(command: (client: RedisCommands) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Connects in the background; commands sent before the first connection wait for it, up to the deadline. */
export function connectRedis(
  address: RedisAddress,
  tls: RedisTls,
  options: Omit<RedisOptions, 'prefix'>,
): RedisConnection {
  const timeoutMs = options.commandTimeoutMs ?? 2000;
  const withDeadline = createDeadline(timeoutMs);
  const report = (error: unknown) => {
    const known = error instanceof Error ? error : new Error(String(error));
    // What a listener throws must not end the connecting.
    void Promise.try(() => options.onError?.(known)).catch(() => {});
  };
  const link = linkTo(address, tls, report);
  let tried: Promise<void> | null = link.tried.then(() => {
    tried = null;
  });

  const send = <T>(command: (client: RedisCommands) => Promise<T>): Promise<T> => {
    const { client } = link;
    const startedAt = performance.now();
    const again = (error: unknown): Promise<T> =>
      sendAgain(link, command, { error, client }, { startedAt, timeoutMs, graceMs: timeoutMs / 2 });
    const sent = client === null ? again(new NotConnected()) : command(client);
    return withDeadline(sent, client === null ? undefined : again).catch((cause: unknown) => {
      // No answer in all that time: the server hangs, or the connection is dead and nobody has said so.
      if (cause instanceof DeadlinePassed) link.suspect(client);
      throw unavailable(cause);
    });
  };
  /** Only the first attempt is waited for: once it failed, commands are refused until a later one succeeds. */
  const sendOnceTried = async <T>(
    attempt: Promise<void>,
    command: (client: RedisCommands) => Promise<T>,
  ): Promise<T> => {
    await withDeadline(attempt).catch((cause: unknown) => {
      throw unavailable(cause);
    });
    return send(command);
  };

  return {
    run: (command) => (tried === null ? send(command) : sendOnceTried(tried, command)),
    close: () => link.close(),
  };
}

function linkTo(address: RedisAddress, tls: RedisTls, report: (error: unknown) => void): RedisLink {
  if (address.kind === 'cluster') return linkToCluster(address, tls, report);
  if (address.kind === 'sentinel') return linkThroughSentinel(address, tls, report);
  const { login, database } = address;
  const node = address.nodes[0] as RedisNode;
  return keepLink<RedisCommands>(
    (lost, signal) => openServer({ node, login, tls, database }, lost, signal),
    report,
  );
}

function unavailable(cause: unknown): LatchkeyError {
  const message = cause instanceof Error ? cause.message : 'unknown failure';
  return new LatchkeyError('store_unavailable', { detail: `Redis: ${message}`, cause });
}
