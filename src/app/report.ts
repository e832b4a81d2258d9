// The one way of every event: a line of the log, an entry of the audit trail, and a count.
import type { Request } from 'express';
import type { AccountEvent, UserApiEvent } from '../directory.ts';
import { eventContext } from '../index.ts';
import { type AppEvent, appEventOf } from './app-event.ts';
import type { AuditWriter } from './audit-writer.ts';
import { type Log, logEvents } from './log.ts';

/** Takes events. */
export interface Report {
  /** Returns at once and never throws. */
  tell(event: AppEvent | UserApiEvent | AccountEvent): void;
  /**
   * For what somebody has changed: resolves when it is in the audit trail, and rejects when it cannot be written there
   * now. It stands in the log in any case, and is written later.
   */
  keep(event: AppEvent): Promise<void>;
  /** The same for what was told before this is called. */
  kept(): Promise<void>;
}

/**
 * Makes it.
 * @param audit - null: where there is no directory, there is the log alone
 * @param count - the metrics, where they are on
 */
export function createReport(
  log: Log,
  audit: Pick<AuditWriter, 'note' | 'keep' | 'kept'> | null,
  count?: (event: AppEvent) => void,
): Report {
  const toLog = logEvents(log);
  return {
    tell(event) {
      const known = appEventOf(event);
      if (known === null) return;
      toLog(known);
      count?.(known);
      audit?.note(known);
    },
    async keep(event) {
      toLog(event);
      count?.(event);
      await audit?.keep(event);
    },
    kept: async () => audit?.kept(),
  };
}

/** Who does something to a person, and from where. Who it is is known from the session, not from the request. */
export function deedOf(req: Request, { id }: { readonly id: string }) {
  return { ...eventContext(req), by: req.auth?.subject ?? 'unknown', personId: id };
}
