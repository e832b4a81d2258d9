// An event of the app as an entry of the audit trail.
import { randomToken } from '../index.ts';
import type { AuditEntry } from '../machine.ts';
import { type AuditEvent, severityOf } from './audit-severity.ts';

const longest = { actor: 200, resource: 500, description: 2000, text: 500, list: 100, data: 8000 } as const;
/** Of a list in an entry that would be too long. */
const fewNames = 5;

/** Makes the entry. It has what the event carries and nothing beside it; `at` in milliseconds since the epoch. */
export function entryOf(event: AuditEvent, at: number): AuditEntry {
  const { type, ...facts } = event;
  const { ip, address, by, subject, detail, ...rest } = facts as Facts;
  const actor = by ?? subject;
  const [resource, others] = resourceOf(rest);
  // Whose key it is, where somebody else does something to it.
  const owner = by === undefined || subject === undefined ? {} : { subject };
  return {
    id: randomToken(16),
    at: new Date(at).toISOString(),
    tenant: null,
    // Entries that were sent by somebody say by whom; these are the app's own.
    sentBy: null,
    severity: severityOf(event),
    action: type,
    actor: column(actor, longest.actor),
    resource: column(resource, longest.resource),
    description: column(detail, longest.description),
    ip: column(ip ?? address, longest.text),
    data: dataOf({ ...owner, ...others }),
  };
}

/** How an entry names a person. */
export function personResource({ id }: { readonly id: string }): string {
  return `person:${id}`;
}

/** What the entry has a column for; each kind of event has some of it. */
interface Facts {
  readonly ip?: string;
  readonly address?: string;
  readonly by?: string;
  readonly subject?: string | null;
  readonly personId?: string | null;
  readonly keyId?: string | null;
  readonly path?: string;
  readonly detail?: string;
  readonly [name: string]: unknown;
}

/** What it is about, and what is left of the facts then. */
function resourceOf({ path, personId, keyId, ...rest }: Facts): [string | undefined, Facts] {
  const person = personId ? { personId } : {};
  const key = keyId ? { keyId } : {};
  if (path !== undefined) return [path, { ...person, ...key, ...rest }];
  if (personId) return [personResource({ id: personId }), { ...key, ...rest }];
  return [keyId ? `key:${keyId}` : undefined, rest];
}

/** As a database can keep it: without NUL and halves of characters, and not too long. */
function column(text: unknown, most: number): string | null {
  if (typeof text !== 'string') return null;
  const kept = text.replaceAll('\0', '').slice(0, most).toWellFormed();
  return kept === '' ? null : kept;
}

function dataOf(facts: Facts): Readonly<Record<string, unknown>> | null {
  const known = Object.entries(facts).filter(([, value]) => value !== undefined && value !== null);
  if (known.length === 0) return null;
  const all = Object.fromEntries(known);
  const data = kept(all, longest.list);
  const isShort = JSON.stringify(data).length <= longest.data;
  return (isShort ? data : kept(all, fewNames)) as Readonly<Record<string, unknown>>;
}

function kept(value: unknown, mostNames: number): unknown {
  if (typeof value === 'string') return column(value, longest.text);
  if (Array.isArray(value)) {
    const names = value.slice(0, mostNames).map((one) => kept(one, mostNames));
    return value.length > mostNames ? [...names, `and ${value.length - mostNames} more`] : names;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, kept(one, mostNames)]));
}
