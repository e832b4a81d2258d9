// Lets one of several identical callbacks do the work; the others wait for it and follow.
import { setTimeout as sleep } from 'node:timers/promises';
import type { OnceBackend } from '../config/session-stores.ts';

const keptSeconds = 15 * 60;
const waitMs = 15_000;
const firstPauseMs = 50;
const longestPauseMs = 500;

/** Work that is done once, on all nodes together. */
export interface FinishOnce {
  /**
   * Runs `work` if nobody on any node has claimed the key before.
   * @returns true when this call did the work, false when another had claimed it; then that one has finished, or
   *   fifteen seconds have passed
   */
  run(key: string, work: () => Promise<void>): Promise<boolean>;
  /** Whether it was done within the last quarter of an hour. */
  isFinished(key: string): Promise<boolean>;
}

/** A double click sends the same callback twice, and a code that is sent twice ends both logins at many providers. */
export function createFinishOnce(once: OnceBackend): FinishOnce {
  return {
    async run(key, work) {
      if (await once.claim(key, keptSeconds)) {
        try {
          await work();
        } finally {
          // Whoever waits looks again in a moment; this answer needs not wait for it.
          void once.finish(key, keptSeconds).catch(() => {});
        }
        return true;
      }
      let pause = firstPauseMs;
      for (let waited = 0; waited < waitMs && !(await once.isFinished(key)); waited += pause) {
        await sleep(pause);
        pause = Math.min(pause * 1.5, longestPauseMs);
      }
      return false;
    },
    isFinished: (key) => once.isFinished(key),
  };
}
