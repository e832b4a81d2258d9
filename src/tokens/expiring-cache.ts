// A small bounded memory: entries end at a time of their own, the longest unused go first, one look-up for all who wait.
import type { Clock } from '../clock.ts';

/** What a look-up found, and until when it may be kept. */
export interface Found<V> {
  readonly value: V;
  /** Milliseconds since the epoch; a time that has passed keeps nothing. */
  readonly until: number;
}

/** The memory. Keys are digests: what was presented is never kept as a key. */
export interface ExpiringCache<V> {
  get(key: string): V | undefined;
  set(key: string, found: Found<V>): void;
  delete(key: string): void;
}

/**
 * Makes the memory.
 * @param most - entries that are kept at the same time
 */
export function createExpiringCache<V>(most: number, clock: Clock): ExpiringCache<V> {
  // A Map keeps the order in which keys were put in: the first is the one that was not used for longest.
  const kept = new Map<string, Found<V>>();
  return {
    get(key) {
      const found = kept.get(key);
      if (found === undefined) return undefined;
      kept.delete(key);
      if (found.until <= clock()) return undefined;
      kept.set(key, found);
      return found.value;
    },
    set(key, found) {
      kept.delete(key);
      if (found.until <= clock() || most < 1) return;
      for (const oldest of kept.keys()) {
        if (kept.size < most) break;
        kept.delete(oldest);
      }
      kept.set(key, found);
    },
    delete: (key) => void kept.delete(key),
  };
}

/** Joins callers that ask for the same thing at the same time. A failure reaches all of them and is not kept. */
export function createOneAtATime<V>(): (key: string, work: () => Promise<V>) => Promise<V> {
  const underWay = new Map<string, Promise<V>>();
  return (key, work) => {
    const known = underWay.get(key);
    if (known !== undefined) return known;
    const started = Promise.try(work).finally(() => underWay.delete(key));
    underWay.set(key, started);
    return started;
  };
}
