// Audit entries as rows, and the conditions and orders that lists of them are asked for.
import type { ExpressionBuilder, SqlBool } from 'kysely';
import { type Expression, sql } from 'kysely';
import { type AuditEntry, auditEntry, type SortColumn, severities } from '../config/audit-entry.ts';
import type { AuditSelection } from '../config/audit-store.ts';
import type { DatabaseKind } from './migrations.ts';
import type { AuditRow, Tables } from './schema.ts';

/** Stands between the texts of one entry, so that nothing is found across two of them. */
const between = '\u0001';

/** The columns behind what a list can be sorted by. */
export const auditColumns = {
  at: 'at_ms',
  severity: 'severity',
  actor: 'actor',
  action: 'action',
  resource: 'resource',
  tenant: 'tenant',
} as const satisfies Record<SortColumn, string>;

const nothing = () => sql<SqlBool>`1 = 0`;

/** An entry as a row; the database counts it. */
export function writeEntry(entry: AuditEntry): Omit<AuditRow, 'seq'> {
  const { id, at, tenant, sentBy, severity, action, actor, resource, description, ip, data } = entry;
  return {
    ...{ id, at, at_ms: Date.parse(at), tenant, sent_by: sentBy, severity: severities.indexOf(severity) },
    ...{ action, actor, resource, description, ip, data: data === null ? null : JSON.stringify(data) },
    searched: [actor, action, resource, description]
      .filter((text) => text !== null)
      .map((text) => text.toLowerCase())
      .join(between),
  };
}

/**
 * The entry in a row.
 * @throws when it is none: a spoiled row is a broken store
 */
export function readEntry(row: Omit<AuditRow, 'seq'>): AuditEntry {
  const { id, at, tenant, sent_by: sentBy, severity, action, actor, resource, description, ip, data } = row;
  return auditEntry.parse({
    ...{ id, at, tenant, sentBy, severity: severities[severity], action, actor, resource, description, ip },
    data: data === null ? null : JSON.parse(data),
  });
}

/** Every condition of a selection. */
export function conditionsOf(
  wanted: AuditSelection,
  kind: DatabaseKind,
): (is: ExpressionBuilder<Tables, 'latchkey_audit'>) => Expression<SqlBool> {
  const { tenant, severities: levels, actor, action, resource, text, from, to } = wanted;
  // PostgreSQL has no place for a NUL and would refuse the question; nothing that is kept has one.
  if ([tenant, actor, action, resource, text].some((value) => value?.includes('\0'))) return nothing;
  return (is) => {
    const all: Expression<SqlBool>[] = [];
    if (tenant !== undefined)
      all.push(tenant === null ? is('tenant', 'is', null) : is('tenant', '=', tenant));
    if (levels !== undefined) {
      const ranks = levels.map((level) => severities.indexOf(level));
      all.push(ranks.length === 0 ? nothing() : is('severity', 'in', ranks));
    }
    if (actor !== undefined) all.push(is('actor', '=', actor));
    if (action !== undefined) all.push(is('action', '=', action));
    if (resource !== undefined) all.push(is('resource', '=', resource));
    if (from !== undefined) all.push(is('at_ms', '>=', from));
    if (to !== undefined) all.push(is('at_ms', '<', to));
    if (text !== undefined) all.push(holds(text.toLowerCase(), kind));
    return is.and(all);
  };
}

/** Somewhere in the texts. Not `LIKE`, in which `%` and `_` have a meaning. */
function holds(text: string, kind: DatabaseKind): Expression<SqlBool> {
  if (text.includes(between)) return nothing();
  return kind === 'postgres'
    ? sql<SqlBool>`strpos(searched, ${text}) > 0`
    : sql<SqlBool>`instr(searched, ${text}) > 0`;
}
