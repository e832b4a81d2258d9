// The audit trail of a running app: events go into the directory's, and what is too old leaves it.
import { type DirectoryStore, systemClock } from '../directory.ts';
import type { AppEvent } from './app-event.ts';
import { keepAuditDays } from './audit-retention.ts';
import { createAuditWriter } from './audit-writer.ts';
import type { Log } from './log.ts';
import { createReport, type Report } from './report.ts';
import type { Settings } from './settings.ts';

/** Opens it; `close` comes before the directory's. */
export function openAudit(
  { audit }: Pick<DirectoryStore, 'audit'>,
  { auditDays }: Pick<Settings, 'auditDays'>,
  log: Log,
  count?: (event: AppEvent) => void,
): Report & { close(): Promise<void> } {
  const writer = createAuditWriter({ store: audit, log, clock: systemClock });
  const stopRetention = keepAuditDays({ audit, days: auditDays, log, clock: systemClock });
  return {
    ...createReport(log, writer, count),
    async close() {
      await stopRetention();
      await writer.close();
    },
  };
}
