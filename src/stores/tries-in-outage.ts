// Failed tries counted in this process while the place where all nodes count is away.
import type { TryCounters } from '../config/try-counters.ts';
import { LatchkeyError } from '../errors.ts';

/**
 * Counts in `shared`, and in `own` while that is away: nobody is locked out by an outage, and guessing meets the same
 * limit, in each process by itself.
 */
export function triesInOutage(shared: TryCounters, own: TryCounters): TryCounters {
  const either = async <T>(ask: (counters: TryCounters) => Promise<T>): Promise<T> => {
    try {
      return await ask(shared);
    } catch (error) {
      if (!(error instanceof LatchkeyError) || error.code !== 'store_unavailable') throw error;
      return ask(own);
    }
  };
  /** What was taken in one place may be given back after the other took over. */
  const both = async (ask: (counters: TryCounters) => Promise<void>): Promise<void> => {
    await ask(own);
    await either(async (counters) => {
      if (counters !== own) await ask(counters);
    });
  };
  return {
    take: (key, rule) => either((counters) => counters.take(key, rule)),
    giveBack: (key) => either((counters) => counters.giveBack(key)),
    forget: (key) => both((counters) => counters.forget(key)),
    // Here as well: in an outage those who are known by then are still told from those who guess.
    remember: (key, seconds) => both((counters) => counters.remember(key, seconds)),
    remembers: (key) => either((counters) => counters.remembers(key)),
    async close() {
      await Promise.all([shared.close(), own.close()]);
    },
  };
}
