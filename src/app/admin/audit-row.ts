// An entry of the audit trail for a page.
import type { AuditEntry } from '../../machine.ts';

/** What a table shows of an entry. */
export function auditRow({ at, severity, action, actor, resource, description, ip }: AuditEntry) {
  const isSevere = severity !== 'Info' && severity !== 'Medium';
  const badge = { kind: isSevere ? 'warning' : 'plain', text: severity };
  return { at: new Date(at), badge, action, actor, resource, description, ip };
}
