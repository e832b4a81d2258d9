// Failed tries in the memory of one process, bounded: the ones that were untouched for longest go first.
import { type Clock, systemClock } from '../clock.ts';
import { pauseAfter, type TryCounters } from '../config/try-counters.ts';

interface Tries {
  count: number;
  pausedUntil: number;
  until: number;
}

/** Options of `memoryTries`. */
export interface MemoryTriesOptions {
  /** Default: the system clock. */
  readonly clock?: Clock;
  /** Keys that are counted, and as many that are remembered as good. Default 50,000. */
  readonly most?: number;
}

/** Counts in this process alone: with several nodes each has its own count. A restart forgets everything. */
export function memoryTries({ clock = systemClock, most = 50_000 }: MemoryTriesOptions = {}): TryCounters {
  const tries = new Map<string, Tries>();
  // Of their own: only who knows a password adds to them, so guessing cannot push them out.
  const good = new Map<string, number>();
  const keep = <V>(map: Map<string, V>, key: string, value: V): void => {
    map.delete(key);
    map.set(key, value);
    const oldest = map.keys().next().value;
    if (map.size > most && oldest !== undefined) map.delete(oldest);
  };
  const live = (key: string): Tries | undefined => {
    const known = tries.get(key);
    return known !== undefined && known.until > clock() ? known : undefined;
  };
  return {
    async take(key, rule) {
      const known = live(key);
      const wait = (known?.pausedUntil ?? 0) - clock();
      if (wait > 0) return wait;
      const count = (known?.count ?? 0) + 1;
      keep(tries, key, {
        count,
        pausedUntil: clock() + pauseAfter(count, rule),
        until: clock() + rule.forgetMs,
      });
      return 0;
    },
    async giveBack(key) {
      const known = live(key);
      if (known === undefined) return;
      known.count -= 1;
      known.pausedUntil = 0;
    },
    forget: async (key) => void tries.delete(key),
    remember: async (key, seconds) => keep(good, key, clock() + seconds * 1000),
    remembers: async (key) => (good.get(key) ?? 0) > clock(),
    close: async () => {},
  };
}
