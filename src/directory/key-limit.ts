// How often one API key may be used in a minute, counted on this node.
import type { Clock } from '../clock.ts';
import { createExpiringCache } from '../tokens/expiring-cache.ts';

/** Counts a use. 0: it may go on; else the seconds to wait. */
export type KeyLimit = (keyId: string) => number;

const windowMs = 60_000;
const mostKeys = 10_000;

export function createKeyLimit(perMinute: number, clock: Clock): KeyLimit {
  const counted = createExpiringCache<{ uses: number; readonly endsAt: number }>(mostKeys, clock);
  return (keyId) => {
    const now = clock();
    const running = counted.get(keyId);
    if (running === undefined) {
      const endsAt = now + windowMs;
      counted.set(keyId, { value: { uses: 1, endsAt }, until: endsAt });
      return 0;
    }
    running.uses += 1;
    return running.uses > perMinute ? (running.endsAt - now) / 1000 : 0;
  };
}
