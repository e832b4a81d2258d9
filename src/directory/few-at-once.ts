// Lets only a few costly pieces of work run at the same time, and only so many wait: a flood cannot eat the memory.
import { LatchkeyError } from '../errors.ts';

/** How much may happen at once. */
export interface FewAtOnceOptions {
  readonly atOnce: number;
  /** Work that may wait; what comes beyond it is refused. */
  readonly waiting: number;
}

/** Runs the work when its turn comes. Rejects with `overloaded`, at once, when too much is waiting already. */
export type FewAtOnce = <T>(work: () => Promise<T>) => Promise<T>;

/** Makes the queue: first come, first served. */
export function createFewAtOnce({ atOnce, waiting }: FewAtOnceOptions): FewAtOnce {
  const queue: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= atOnce) {
      if (queue.length >= waiting) {
        throw new LatchkeyError('overloaded', {
          detail: 'too many passwords are waiting to be checked',
          retryAfterSeconds: 2,
        });
      }
      // Whoever is done hands the place over, so that nobody who comes in between takes it.
      await new Promise<void>((resolve) => queue.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
