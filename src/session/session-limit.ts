// Keeps a person's sessions within the limit: when a login makes one too many, the oldest ones end.
import type { EventContext } from '../events.ts';
import type { EndSome } from './end-some.ts';
import type { LoadedSession } from './load-session.ts';
import type { SessionRecord } from './record.ts';
import type { SessionsOf } from './sessions-of.ts';

/** What starting a session asks for. Without a limit both cost nothing. */
export interface SessionLimit {
  /** The record with a start after that of every live session of the person. */
  asNewest(record: SessionRecord): Promise<SessionRecord>;
  /** Ends what is too many. The session that calls must be in the index already. */
  enforce(record: SessionRecord, context: EventContext): Promise<void>;
}

/** What keeping the limit needs. */
export interface SessionLimitParts {
  /** Undefined: no limit. */
  readonly limit: number | undefined;
  readonly sessionsOf: SessionsOf;
  readonly endSome: EndSome;
}

/**
 * Makes the limit. Logins that finish at the same moment need no lock: each notes itself before it looks, so the last
 * one to look sees them all, and all of them put the sessions into the same order. A session that is ended has
 * as many newer ones as the limit allows, so the newest always stay.
 */
export function createSessionLimit({ limit, sessionsOf, endSome }: SessionLimitParts): SessionLimit {
  if (limit === undefined) return { asNewest: async (record) => record, enforce: async () => {} };
  return {
    async asNewest(record) {
      // Clocks of nodes differ by a little: without this, whoever signs in on a slow one could be the oldest at once.
      const starts = (await sessionsOf(record)).map((session) => session.record.startedAt + 1);
      return { ...record, startedAt: Math.max(record.startedAt, ...starts) };
    },
    async enforce(record, context) {
      const sessions = (await sessionsOf(record)).toSorted(newestFirst);
      const [staying, ending] = [sessions.slice(0, limit), sessions.slice(limit)];
      if (ending.length > 0) await endSome({ ending, staying, reason: 'session_limit' }, context);
    },
  };
}

/** The id settles what began in the same millisecond, the same way on every node. */
function newestFirst(a: LoadedSession, b: LoadedSession): number {
  return b.record.startedAt - a.record.startedAt || (a.storeId < b.storeId ? -1 : 1);
}
