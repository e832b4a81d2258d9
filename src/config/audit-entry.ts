// An audit entry: what a sender gives, what is stored, and what may be asked about it.
import { z } from 'zod';

/** From the least to the most severe. */
export const severities = ['Info', 'Medium', 'High', 'Error', 'Critical'] as const;

/** How much an entry matters. */
export type Severity = (typeof severities)[number];

/** Those that count as severe in the stats. */
export const severe: readonly Severity[] = ['High', 'Error', 'Critical'];

/** Columns that a list can be sorted by. */
export const sortColumns = ['at', 'severity', 'actor', 'action', 'resource', 'tenant'] as const;

/** A column that a list can be sorted by. */
export type SortColumn = (typeof sortColumns)[number];

const severity = z.enum(severities);
const line = (most: number) =>
  // Databases have no place for a NUL, and a half of a surrogate pair is no character.
  z
    .string()
    .min(1)
    .max(most)
    .refine((text) => !text.includes('\0') && text.isWellFormed(), { error: 'holds what is no character' });
const longestData = 8000;
/** What JSON can hold, so that every store can keep it as a text. */
const data = z.record(z.string(), z.unknown()).refine((value) => lengthOf(value) <= longestData, {
  error: `is more than ${longestData} characters of JSON`,
});

function lengthOf(value: unknown): number {
  try {
    return JSON.stringify(value).length;
  } catch {
    // Nested deeper than it could be written down.
    return Number.POSITIVE_INFINITY;
  }
}

/** The shape of what a sender gives; a name that is not listed is refused, so that no typing error is lost. */
export const auditInput = z.strictObject({
  severity,
  action: line(200),
  actor: line(200).optional(),
  resource: line(500).optional(),
  description: line(2000).optional(),
  ip: z.union([z.ipv4(), z.ipv6()]).optional(),
  data: data.optional(),
});

/** What a sender gives. */
export interface AuditInput {
  readonly severity: Severity;
  /** What happened, such as `user.deleted`. At most 200 characters. */
  readonly action: string;
  /** Who did it, in the sender's words. At most 200 characters. */
  readonly actor?: string | undefined;
  /** What it was done to. At most 500 characters. */
  readonly resource?: string | undefined;
  /** In words. At most 2,000 characters. */
  readonly description?: string | undefined;
  /** The actor's address. */
  readonly ip?: string | undefined;
  /** Anything else, at most 8,000 characters as JSON. */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}

/** The shape of what is stored. */
export const auditEntry = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  tenant: z.string().nullable(),
  sentBy: z.string().nullable(),
  severity,
  action: z.string(),
  actor: z.string().nullable(),
  resource: z.string().nullable(),
  description: z.string().nullable(),
  ip: z.string().nullable(),
  data: z.record(z.string(), z.unknown()).nullable(),
});

/** What is stored. */
export interface AuditEntry {
  readonly id: string;
  /** When it was received, by the server's clock, in ISO 8601 (UTC). */
  readonly at: string;
  readonly tenant: string | null;
  /** The subject of the credential it was sent with: what the server knows, beside what the sender says. */
  readonly sentBy: string | null;
  readonly severity: Severity;
  readonly action: string;
  readonly actor: string | null;
  readonly resource: string | null;
  readonly description: string | null;
  readonly ip: string | null;
  readonly data: Readonly<Record<string, unknown>> | null;
}
