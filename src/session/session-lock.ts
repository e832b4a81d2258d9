// The lock of a session: one at a time on all nodes asks the provider about it and writes what came of it.
import type { LockBackend } from '../config/session-stores.ts';
import { randomToken } from '../crypto/random.ts';

const leaseMs = 10_000;

/** How long to wait before asking for a lock again, and after how long somebody who waits gives up. */
export const lockWaiting = { pollMs: 25, longestMs: 15_000 } as const;

/**
 * Runs `work`, which is told whether the lock is ours. It is extended while the work goes on and let go of after.
 * Losing it on the way does no harm: the version of the vault decides who may write.
 */
export async function withLock<T>(
  locks: LockBackend,
  storeId: string,
  work: (mine: boolean) => Promise<T>,
): Promise<T> {
  const owner = randomToken(12);
  const mine = await locks.take(storeId, owner, leaseMs);
  const extend = () => void locks.extend(storeId, owner, leaseMs).catch(() => {});
  const extending = mine ? setInterval(extend, leaseMs / 3).unref() : undefined;
  try {
    return await work(mine);
  } finally {
    clearInterval(extending);
    if (mine) await locks.release(storeId, owner).catch(() => {});
  }
}
