// A command whose connection died is sent once more, and one that was turned away waits a moment: what may be repeated.
import { setTimeout as wait } from 'node:timers/promises';
import {
  ClientClosedError,
  ClientOfflineError,
  ConnectionTimeoutError,
  DisconnectsClientError,
  ErrorReply,
  RootNodesUnavailableError,
  SocketClosedUnexpectedlyError,
  SocketTimeoutError,
} from 'redis';
import type { RedisCommands, RedisLink } from './redis-link.ts';

/** There is no connection to send anything to. */
export class NotConnected extends Error {
  constructor() {
    super('not connected');
  }
}

/**
 * What became of a failed command: `unsent` never reached a server or was turned away by it, so it may be sent as
 * often as one likes; `lost` may have been carried out before the connection died; `final` is an answer.
 */
export type Fate = 'unsent' | 'lost' | 'final';

/** A server that says so has done nothing: it loads its data, lost its master, or is a replica by now. */
const turnedAway = /^(?:LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|READONLY) /;
const neverConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
const diedOnTheWay = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED']);

/** Tells the three apart. */
export function fateOf(error: unknown): Fate {
  if (error instanceof ErrorReply) return turnedAway.test(error.message) ? 'unsent' : 'final';
  if (error instanceof NotConnected || error instanceof ClientOfflineError) return 'unsent';
  if (error instanceof ClientClosedError || error instanceof ConnectionTimeoutError) return 'unsent';
  if (error instanceof RootNodesUnavailableError) return 'unsent';
  if (error instanceof SocketClosedUnexpectedlyError || error instanceof DisconnectsClientError)
    return 'lost';
  if (error instanceof SocketTimeoutError) return 'lost';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (neverConnected.has(code)) return 'unsent';
  return diedOnTheWay.has(code) ? 'lost' : 'final';
}

/** Times of one command, in milliseconds. */
export interface RetryTimes {
  /** When it was sent first, as `performance.now()` counts. */
  readonly startedAt: number;
  /** How long it may take in all. */
  readonly timeoutMs: number;
  /** How long an outage is waited for; after that commands fail at once. */
  readonly graceMs: number;
}

const pauseMs = 25;

/**
 * Goes on with a command that failed. At most one copy is sent after one that may have been carried out, so every
 * command of the stores must mean the same when it is carried out twice in a row: reading, `SET` with the same value,
 * `DEL`, `EXPIRE`, `ZADD` and `ZREM` do by themselves; claim, lock and renewal carry what tells their own first copy
 * from somebody else's (redis-sessions.ts, redis-scripts.ts).
 */
export async function sendAgain<T>(
  link: RedisLink,
  command: (client: RedisCommands) => Promise<T>,
  first: { readonly error: unknown; readonly client: RedisCommands | null },
  { startedAt, timeoutMs, graceMs }: RetryTimes,
): Promise<T> {
  const failedAt = performance.now();
  let { error, client } = first;
  let isSecond = false;
  for (;;) {
    const fate = fateOf(error);
    if (fate === 'final' || (fate === 'lost' && isSecond)) throw error;
    isSecond ||= fate === 'lost';
    // An outage is waited for while it is young, and nobody waits anew in an old one: nothing piles up.
    const isOver = () => {
      const graceEnds = (link.downSince ?? failedAt) + graceMs;
      return performance.now() >= Math.min(graceEnds, startedAt + timeoutMs);
    };
    // A server that turns commands away while its connection lives may not be the right one any more.
    if (error instanceof ErrorReply || isOver()) link.suspect(client);
    if (fate === 'unsent') {
      if (isOver()) throw error;
      await wait(pauseMs);
    }
    for (client = link.client; client === null; client = link.client) {
      if (isOver()) throw error;
      await wait(pauseMs);
    }
    try {
      return await command(client);
    } catch (thrown) {
      error = thrown;
    }
  }
}
