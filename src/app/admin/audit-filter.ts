// Reads which audit entries an administrator asks for, and writes the addresses of that page and its neighbours.
import type { AuditSelection, Severity } from '../../machine.ts';

/** From the least to the most severe. */
export const severityNames: readonly Severity[] = ['Info', 'Medium', 'High', 'Error', 'Critical'];

const names = ['severity', 'actor', 'action', 'text', 'from', 'to'] as const;
const longest = 200;

/** The filter as it was typed. */
export type AuditFilter = Readonly<Record<(typeof names)[number], string>>;

/** What is asked for. */
export interface AuditQuestion {
  readonly filter: AuditFilter;
  readonly selection: AuditSelection;
  /** What of it cannot be understood; null: nothing. Then nothing may be shown as the answer. */
  readonly problem: string | null;
  /** From 1. */
  readonly page: number;
}

/** Reads the query. An empty field of the form is one that says nothing. */
export function readAuditQuestion(text: (name: string) => string): AuditQuestion {
  const typed = names.map((name) => [name, text(name).slice(0, longest)] as const);
  const filter = Object.fromEntries(typed) as unknown as AuditFilter;
  const severity = severityNames.find((name) => name === filter.severity);
  const from = timeOf(filter.from);
  const to = timeOf(filter.to);
  const selection: AuditSelection = {
    ...(severity === undefined ? {} : { severities: [severity] }),
    ...(filter.actor === '' ? {} : { actor: filter.actor }),
    ...(filter.action === '' ? {} : { action: filter.action }),
    ...(filter.text === '' ? {} : { text: filter.text }),
    ...(from === null ? {} : { from }),
    ...(to === null ? {} : { to }),
  };
  const page = /^\d{1,6}$/.test(text('page')) ? Math.max(1, Number(text('page'))) : 1;
  const isUnknown = severity === undefined && filter.severity !== '';
  return { filter, selection, page, problem: isUnknown ? 'There is no such severity.' : problemOf(from, to) };
}

/** The address of a page of the list, or of the whole list as a file. */
export function auditHref(path: string, { filter }: AuditQuestion, page = 1): string {
  const query = new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== ''));
  if (page !== 1) query.set('page', String(page));
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** A day, or a day and a time, in UTC. Null: none is given; NaN: it is none. */
function timeOf(text: string): number | null {
  if (text === '') return null;
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?)?$/.test(text);
  return isTime ? Date.parse(text.includes('T') ? `${text}Z` : `${text}T00:00Z`) : Number.NaN;
}

function problemOf(from: number | null, to: number | null): string | null {
  if (Number.isNaN(from) || Number.isNaN(to)) {
    return 'A time is a day such as 2026-03-01, or a day and a time such as 2026-03-01T13:30.';
  }
  return from !== null && to !== null && from >= to ? 'The range ends before it begins.' : null;
}
