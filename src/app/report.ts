// The one way of every event: a line of the log, and an entry of the audit trail.
import type { Request } from 'express';
import type { AccountEvent, UserApiEvent } from '../directory.ts';
import { clientAddress, type EventContext, requestReference } from '../index.ts';
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
 */
export function createReport(log: Log, audit: Pick<AuditWriter, 'note' | 'keep' | 'kept'> | null): Report {
  const toLog = logEvents(log);
  return {
    tell(event) {
      const known = appEventOf(event);
      if (known === null) return;
      toLog(known);
      audit?.note(known);
    },
    async keep(event) {
      toLog(event);
      await audit?.keep(event);
    },
    kept: async () => audit?.kept(),
  };
}

/** Where an event came from. */
export function contextOf(req: Request): EventContext {
  const ip = clientAddress(req);
  return { requestId: requestReference(req), ...(ip === undefined ? {} : { ip }) };
}

/** Who does something to a person, and from where. Who it is is known from the session, not from the request. */
export function deedOf(req: Request, { id }: { readonly id: string }) {
  return { ...contextOf(req), by: req.auth?.subject ?? 'unknown', personId: id };
}
