// Takes out of the audit trail what is older than it is to be kept: a minute after the start, then every day.
import type { AuditTrail } from '../directory.ts';
import type { Log } from './log.ts';

/** Parts of the retention. */
export interface AuditRetentionParts {
  readonly audit: Pick<AuditTrail, 'sweep'>;
  readonly days: number;
  readonly log: Log;
  readonly clock: () => number;
  /** Default: a minute. */
  readonly firstAfterMs?: number;
}

const dayMs = 86_400_000;
/** After a sweep that failed. */
const hourMs = 3_600_000;

/**
 * Starts it. Nodes that sweep at once do no harm: each removes what is too old, in small batches, and what the other has
 * removed is not there any more.
 * @returns stops it
 */
export function keepAuditDays(parts: AuditRetentionParts): () => Promise<void> {
  const { audit, days, log, clock, firstAfterMs = 60_000 } = parts;
  let timer: NodeJS.Timeout;
  let sweeping = Promise.resolve();
  let stopped = false;
  const plan = (ms: number) => {
    if (stopped) return;
    timer = setTimeout(() => {
      sweeping = sweep();
    }, ms).unref();
  };
  const sweep = async () => {
    try {
      const count = await audit.sweep(clock() - days * dayMs);
      if (count > 0) log.info({ count, days }, 'audit_swept');
      plan(dayMs);
    } catch (error) {
      log.warn({ err: error }, 'audit_not_swept');
      plan(hourMs);
    }
  };
  plan(firstAfterMs);
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await sweeping;
  };
}
