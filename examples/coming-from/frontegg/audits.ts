// Sends audits and reads them (their AuditsClient with sendAudit, getAudits and getAuditsStats).
import { type ApiClient, type AuditEntry, createAuditsClient } from 'latchkey/machine';

export interface AuditReport {
  readonly entries: readonly AuditEntry[];
  readonly total: number;
  readonly severeThisWeek: number;
}

export async function auditLogin(api: ApiClient): Promise<AuditReport> {
  const audits = createAuditsClient(api);
  const tenant = 'my-tenant-id';
  await audits.send(
    { severity: 'Medium', action: 'Login', actor: 'info@example.com', resource: 'Portal', ip: '192.0.2.4' },
    { tenant },
  );
  const page = { filter: 'login', sortBy: 'at', sortDirection: 'desc', offset: 0, count: 50 } as const;
  const { data, total } = await audits.list({ ...page, tenant });
  const { severeThisWeek } = await audits.stats({ tenant });
  return { entries: data, total, severeThisWeek };
}
