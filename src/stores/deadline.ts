// A deadline for many small calls from one coarse shared timer, instead of a timer for each of them.

/** Thrown by a call that took too long. What it asked for may happen all the same. */
export class DeadlinePassed extends Error {}

/** Rejects what takes longer than the deadline. What fails before that gets a second chance where one is given. */
export type WithDeadline = <T>(call: Promise<T>, secondChance?: (error: unknown) => Promise<T>) => Promise<T>;

interface Pending {
  readonly reject: (error: Error) => void;
  readonly endsAt: number;
}

/**
 * Makes a deadline. Calls end at most a quarter of the time late. A timer per command is what makes a busy
 * Redis client slow, so there is one interval, and only while something is under way.
 * @param milliseconds - how long one call may take
 * @param now - milliseconds of a clock that only goes forward
 */
export function createDeadline(
  milliseconds: number,
  now: () => number = () => performance.now(),
): WithDeadline {
  const pending = new Set<Pending>();
  let timer: NodeJS.Timeout | undefined;

  const sweep = () => {
    const time = now();
    for (const entry of pending) {
      // In order of arrival, so the first one that still has time ends the walk.
      if (entry.endsAt > time) break;
      pending.delete(entry);
      entry.reject(new DeadlinePassed(`no answer within ${milliseconds} ms`));
    }
    if (pending.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };

  return <T>(call: Promise<T>, secondChance?: (error: unknown) => Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      const entry: Pending = { reject, endsAt: now() + milliseconds };
      pending.add(entry);
      timer ??= setInterval(sweep, Math.max(10, milliseconds / 4)).unref();
      const succeed = (value: T): void => {
        pending.delete(entry);
        resolve(value);
      };
      const fail = (error: unknown): void => {
        pending.delete(entry);
        reject(error);
      };
      call.then(
        succeed,
        secondChance === undefined ? fail : (error: unknown) => secondChance(error).then(succeed, fail),
      );
    });
}
