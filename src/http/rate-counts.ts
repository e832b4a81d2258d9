// Counts requests by key in this process, and with the other nodes where there is a place for that.
import type { Clock } from '../clock.ts';
import type { RateBackend, RateLimit } from '../config/rate-limits.ts';
import { sha256 } from '../crypto/digest.ts';

/** The counts. Nothing here rejects. */
export interface RateCounts {
  /**
   * Counts one request. 0: it may go on; else the milliseconds to wait, and it is not counted. At once where the
   * others are not asked, which is nearly always.
   */
  take(key: string, limit: RateLimit): Promise<number> | number;
  /** Takes one back that was counted. */
  giveBack(key: string, limit: RateLimit): void;
  /** The milliseconds that the next one would have to wait, as far as this process knows. Counts nothing. */
  waitMs(key: string, limit: RateLimit): number;
  /** How much of the limit is used up here, from 0 to 1. */
  used(key: string, limit: RateLimit): number;
  /** Notes that one was refused. How many were since the last time this said a number; null while that is recent. */
  noteRefused(key: string): number | null;
}

/** What counting needs. */
export interface RateCountsParts {
  readonly clock: Clock;
  /** Null: there are no other nodes to count with. */
  readonly shared: RateBackend | null;
  /** Keys that are counted at the same time; the one unused for longest goes first. Default: 20,000. */
  readonly most?: number;
}

interface Count {
  /** When all that was counted is given back. The whole count is in this one time (GCRA). */
  fullAt: number;
  /** Requests that the other nodes have not been told of. */
  untold: number;
  seenAt: number;
  pausedUntil: number;
  refused: number;
  refusedSaidAt: number;
}

const saidEveryMs = 10_000;
const askAgainMs = 1000;

/**
 * Makes the counts. The others are told of every tenth of a limit at once, and asked then: the usual visitor never
 * costs a command, and all nodes together let through no more than a tenth each beyond it. While they cannot be
 * asked the whole limit holds in each process.
 */
export function createRateCounts({ clock, shared, most = 20_000 }: RateCountsParts): RateCounts {
  const counts = new Map<string, Count>();
  let askAgainAt = 0;

  const countOf = (key: string): Count => {
    const known = counts.get(key);
    counts.delete(key);
    const count = known ?? newCount(clock());
    counts.set(key, count);
    const oldest = counts.keys().next().value;
    if (counts.size > most && oldest !== undefined) counts.delete(oldest);
    return count;
  };
  const waitOf = (count: Count, limit: RateLimit): number => {
    const now = clock();
    const byCount = Math.max(count.fullAt, now) + intervalOf(limit) - now - windowOf(limit);
    return Math.max(0, count.pausedUntil - now, byCount < 1 ? 0 : byCount);
  };
  const tellOthers = async (
    others: RateBackend,
    key: string,
    count: Count,
    limit: RateLimit,
  ): Promise<number> => {
    const told = count.untold;
    count.untold = 0;
    try {
      return await others.spend(sha256(key), limit, told);
    } catch {
      count.untold = Math.min(limit.requests, count.untold + told);
      askAgainAt = clock() + askAgainMs;
      return 0;
    }
  };

  return {
    take(key, limit) {
      const count = countOf(key);
      const here = waitOf(count, limit);
      if (here > 0) return here;
      const now = clock();
      if (now - count.seenAt > windowOf(limit)) count.untold = 0;
      count.seenAt = now;
      count.fullAt = Math.max(count.fullAt, now) + intervalOf(limit);
      count.untold += 1;
      if (shared === null || count.untold < chunkOf(limit) || clock() < askAgainAt) return 0;
      return tellOthers(shared, key, count, limit).then((together) => {
        if (together === 0) return 0;
        count.pausedUntil = clock() + together;
        count.fullAt -= intervalOf(limit);
        return together;
      });
    },
    giveBack(key, limit) {
      const count = counts.get(key);
      if (count === undefined) return;
      count.fullAt -= intervalOf(limit);
      // Below 0 where the others have been told of it: they are told of one less the next time.
      count.untold -= 1;
    },
    waitMs(key, limit) {
      const count = counts.get(key);
      return count === undefined ? 0 : waitOf(count, limit);
    },
    used(key, limit) {
      const left = (counts.get(key)?.fullAt ?? 0) - clock();
      return Math.max(0, left / windowOf(limit));
    },
    noteRefused(key) {
      const count = countOf(key);
      count.refused += 1;
      if (clock() - count.refusedSaidAt < saidEveryMs) return null;
      const { refused } = count;
      Object.assign(count, { refused: 0, refusedSaidAt: clock() });
      return refused;
    },
  };
}

function newCount(now: number): Count {
  return { fullAt: now, untold: 0, seenAt: now, pausedUntil: 0, refused: 0, refusedSaidAt: -Infinity };
}

/** How often the others are told. Of a small limit they are told of each request, so it holds to the last one. */
function chunkOf({ requests }: RateLimit): number {
  return Math.max(1, Math.floor(requests / 10));
}

function windowOf({ seconds }: RateLimit): number {
  return seconds * 1000;
}

function intervalOf(limit: RateLimit): number {
  return windowOf(limit) / limit.requests;
}
