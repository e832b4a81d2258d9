// After a failure nobody asks again for a moment: requests must not queue up behind a provider's time limit.
import type { LatchkeyError } from '../errors.ts';

/** Who is not to be asked about whom at the moment, in this process. */
export interface Pauses {
  /** Begins a pause: for everybody after an outage, for this session alone after an answer about it. */
  begin(storeId: string, failure: LatchkeyError, isOutage?: boolean): void;
  /** The failure because of which nothing is asked for anybody; null: none. */
  forAll(): LatchkeyError | null;
  /** The same for this session, or for all. */
  forSession(storeId: string): LatchkeyError | null;
}

interface Pause {
  readonly until: number;
  readonly failure: LatchkeyError;
}

const shortestMs = 2000;
const longestPauseMs = 60_000;
const mostSessions = 10_000;

/** @param longestMs - the longest pause that a provider may ask for with Retry-After */
export function createPauses(longestMs = longestPauseMs): Pauses {
  const sessions = new Map<string, Pause>();
  let all: Pause | null = null;
  const failureOf = (pause: Pause | null | undefined): LatchkeyError | null =>
    pause && performance.now() < pause.until ? pause.failure : null;

  return {
    begin(storeId, failure, isOutage = failure.code.endsWith('_unavailable')) {
      const wanted = (failure.details.retryAfterSeconds ?? 0) * 1000;
      const until = performance.now() + Math.min(Math.max(wanted, shortestMs), longestMs);
      if (isOutage) {
        all = { until, failure };
        return;
      }
      const [oldest] = sessions.keys();
      if (oldest !== undefined && sessions.size >= mostSessions) sessions.delete(oldest);
      sessions.set(storeId, { until, failure });
    },
    forAll: () => failureOf(all),
    forSession: (storeId) => failureOf(all) ?? failureOf(sessions.get(storeId)),
  };
}
