// Reads the query of an audit list: every parameter known, given once, and within its bounds.
import { z } from 'zod';
import { severities, sortColumns } from '../config/audit-entry.ts';
import type { AuditPage } from '../config/audit-store.ts';

const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,7}$/, { error: 'is not a whole number' })
    .transform(Number)
    .refine((value) => value >= least && value <= most, { error: `is not from ${least} to ${most}` });
const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const text = (most: number) => z.string().min(1).max(most);

const query = z
  .strictObject({
    filter: text(200),
    sortBy: z.enum(sortColumns),
    sortDirection: z.enum(['asc', 'desc']),
    offset: whole(0, 1_000_000),
    count: whole(1, 200),
    severity: z.array(z.enum(severities)),
    actor: text(200),
    action: text(200),
    resource: text(500),
    from: time,
    to: time,
  })
  .partial();

/** What is wrong with a request, for the one who sent it. */
export interface RequestProblem {
  readonly name: string;
  readonly problem: string;
}

/** The page that is meant, or what is wrong. */
export type QueryResult =
  | { readonly ok: true; readonly page: AuditPage }
  | { readonly ok: false; readonly problems: readonly RequestProblem[] };

/**
 * Reads the query.
 * @param tenant - from the tenant header; null when there is none, and then all tenants are meant
 */
export function readAuditQuery(parameters: URLSearchParams, tenant: string | null): QueryResult {
  // Only the severity may be there more than once; of everything else a second one is a trap, and refused.
  const twice = [...new Set(parameters.keys())].filter(
    (name) => name !== 'severity' && parameters.getAll(name).length > 1,
  );
  if (twice.length > 0) {
    return { ok: false, problems: twice.map((name) => ({ name, problem: 'is there more than once' })) };
  }
  const given: Record<string, unknown> = Object.fromEntries(parameters);
  if (parameters.has('severity')) given.severity = parameters.getAll('severity');
  const result = query.safeParse(given);
  if (!result.success) return { ok: false, problems: problemsOf(result.error) };
  const {
    filter,
    sortBy = 'at',
    sortDirection = 'desc',
    offset = 0,
    count = 50,
    severity,
    ...exact
  } = result.data;
  const conditions = {
    ...exact,
    ...(tenant === null ? {} : { tenant }),
    ...(filter === undefined ? {} : { text: filter }),
    ...(severity === undefined ? {} : { severities: severity }),
  };
  const selection = Object.fromEntries(Object.entries(conditions).filter(([, value]) => value !== undefined));
  return { ok: true, page: { selection, sortBy, direction: sortDirection, offset, count } };
}

/** The problems in the words of the check; what was given is not repeated. */
export function problemsOf(error: z.ZodError): RequestProblem[] {
  return error.issues.slice(0, 20).map((issue) => ({
    name: (issue.code === 'unrecognized_keys' ? issue.keys.join(', ') : issue.path.join('.')).slice(0, 200),
    problem: issue.code === 'unrecognized_keys' ? 'is not known here' : issue.message,
  }));
}
