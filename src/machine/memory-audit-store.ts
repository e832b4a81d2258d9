// Audit entries in the memory of this process, bounded: for development, tests, and an app without a database.
import { type AuditEntry, type SortColumn, severities } from '../config/audit-entry.ts';
import type { AuditPage, AuditSelection, AuditStore } from '../config/audit-store.ts';

/** Options of the store. */
export interface MemoryAuditOptions {
  /** The oldest give way beyond this many. Default: 10,000. */
  readonly maxEntries?: number;
}

/** Makes the store. What it holds ends with the process. */
export function memoryAuditStore({ maxEntries = 10_000 }: MemoryAuditOptions = {}): AuditStore {
  /** In the order they were added, which a Map keeps. As text, so that nobody changes what was kept. */
  const kept = new Map<string, string>();
  const select = (selection: AuditSelection): AuditEntry[] => {
    const accepts = matcher(selection);
    return [...kept.values()].map((text) => JSON.parse(text) as AuditEntry).filter(accepts);
  };
  return {
    async add(entry) {
      if (kept.has(entry.id)) throw new Error('an audit entry with this id is there already');
      kept.set(entry.id, JSON.stringify(entry));
      const [oldest] = kept.keys();
      if (kept.size > maxEntries && oldest !== undefined) kept.delete(oldest);
    },
    async list({ selection, sortBy, direction, offset, count }: AuditPage) {
      // Sorting is stable: equal entries stay in the order they were added.
      const all = select(selection).sort((a, b) => compare(a, b, sortBy));
      if (direction === 'desc') all.reverse();
      return { data: all.slice(offset, offset + count), total: all.length };
    },
    count: async (selection) => select(selection).length,
  };
}

function matcher(wanted: AuditSelection): (entry: AuditEntry) => boolean {
  const text = wanted.text?.toLowerCase();
  return (entry) => {
    const at = Date.parse(entry.at);
    return (
      (wanted.tenant === undefined || entry.tenant === wanted.tenant) &&
      (wanted.severities === undefined || wanted.severities.includes(entry.severity)) &&
      (wanted.actor === undefined || entry.actor === wanted.actor) &&
      (wanted.action === undefined || entry.action === wanted.action) &&
      (wanted.resource === undefined || entry.resource === wanted.resource) &&
      (wanted.from === undefined || at >= wanted.from) &&
      (wanted.to === undefined || at < wanted.to) &&
      (text === undefined || searched(entry).some((part) => part.toLowerCase().includes(text)))
    );
  };
}

function searched({ actor, action, resource, description }: AuditEntry): string[] {
  return [actor, action, resource, description].filter((part) => part !== null);
}

function compare(a: AuditEntry, b: AuditEntry, column: SortColumn): number {
  if (column === 'severity') return severities.indexOf(a.severity) - severities.indexOf(b.severity);
  const [left, right] = [a[column], b[column]];
  if (left === right) return 0;
  if (left === null) return -1;
  if (right === null) return 1;
  return left < right ? -1 : 1;
}
