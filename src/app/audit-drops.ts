// Counts entries that could not be kept, and says so in the log: one line for many.
import type { Log } from './log.ts';

/** What was dropped since the last line. */
export interface DropCount {
  add(count: number): void;
  /** Says at once what there is to say. */
  tell(): void;
}

const everyMs = 10_000;

/** Makes it. The log must not drown in what the queue could not hold. */
export function createDropCount(log: Log): DropCount {
  let dropped = 0;
  let timer: NodeJS.Timeout | null = null;
  const tell = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (dropped > 0) log.error({ count: dropped }, 'audit_entries_dropped');
    dropped = 0;
  };
  return {
    tell,
    add(count) {
      if (count === 0) return;
      dropped += count;
      timer ??= setTimeout(tell, everyMs).unref();
    },
  };
}
