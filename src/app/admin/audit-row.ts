// An entry of the audit trail for a page.
import type { DirectoryStore } from '../../directory.ts';
import type { AuditEntry } from '../../machine.ts';
import { nameOf } from '../app-directory.ts';

const longestDetail = 300;

/** What a table shows of an entry; `names` are those of people by their id. */
function auditRow(entry: AuditEntry, names: ReadonlyMap<string, string>) {
  const { at, severity, action, actor, sentBy, resource, description, ip, data } = entry;
  const isSevere = severity !== 'Info' && severity !== 'Medium';
  const badge = { kind: isSevere ? 'warning' : 'plain', text: severity };
  const id = personIdOf(entry);
  const name = id === null ? undefined : names.get(id);
  return {
    ...{ at: new Date(at), badge, action, actor, sentBy, resource, description, ip },
    person: id === null || name === undefined ? null : { id, name },
    details: Object.entries(data ?? {}).map(([key, value]) =>
      `${key}: ${wordsOf(value)}`.slice(0, longestDetail),
    ),
  };
}

/** Entries as rows, with the names of the people that they are about and that are still there. */
export async function auditRows({ people }: Pick<DirectoryStore, 'people'>, entries: readonly AuditEntry[]) {
  const ids = new Set(entries.map(personIdOf).filter((id) => id !== null));
  const found = await Promise.all([...ids].map((id) => people.find(id)));
  const names = new Map(
    found.filter((person) => person !== null).map((person) => [person.id, nameOf(person)] as const),
  );
  return entries.map((entry) => auditRow(entry, names));
}

function personIdOf({ resource }: AuditEntry): string | null {
  return resource?.startsWith('person:') ? resource.slice('person:'.length) : null;
}

function wordsOf(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(wordsOf).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, one]) => `${name} ${wordsOf(one)}`)
    .join('; ');
}
