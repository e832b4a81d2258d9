// Sends audit entries to an audit service, and reads them: the client of the routes in audit-routes.ts.
import { z } from 'zod';
import {
  type AuditEntry,
  type AuditInput,
  auditEntry,
  type Severity,
  type SortColumn,
} from '../config/audit-entry.ts';
import type { ApiClient } from './api-client.ts';
import type { ApiCallOptions } from './api-options.ts';

/** What to list. Everything is optional. */
export interface AuditListOptions extends Pick<ApiCallOptions, 'signal' | 'trace'> {
  /** Text that stands somewhere in actor, action, resource or description; upper and lower case are the same. */
  readonly filter?: string;
  /** Default: `at`. */
  readonly sortBy?: SortColumn;
  /** Default: `desc`. */
  readonly sortDirection?: 'asc' | 'desc';
  /** How many to leave out at the beginning. Default: 0. */
  readonly offset?: number;
  /** How many to give, 1 to 200. Default: 50. */
  readonly count?: number;
  /** Exact values; `from` is included, `to` is not. */
  readonly filters?: {
    readonly severity?: Severity | readonly Severity[];
    readonly actor?: string;
    readonly action?: string;
    readonly resource?: string;
    readonly from?: Date;
    readonly to?: Date;
  };
  /** Default: the entries of all tenants that the caller may see. */
  readonly tenant?: string;
}

/** How a tenant is named, and what the call belongs to. */
export type AuditCallOptions = Pick<ApiCallOptions, 'tenant' | 'signal' | 'trace'>;

/** The audit trail of a service. Every method rejects as the API client's calls do. */
export interface AuditsClient {
  /** Sends one entry and gives back what was stored. It is not sent a second time when the answer is lost. */
  send(audit: AuditInput, options?: AuditCallOptions): Promise<AuditEntry>;
  list(options?: AuditListOptions): Promise<{ readonly data: readonly AuditEntry[]; readonly total: number }>;
  stats(options?: AuditCallOptions): Promise<AuditStats>;
}

/** Numbers for an overview. */
export interface AuditStats {
  /** Entries of severity High, Error or Critical within the last seven days. */
  readonly severeThisWeek: number;
  /** Entries since midnight (UTC). */
  readonly totalToday: number;
}

const listAnswer = z.object({ data: z.array(auditEntry), total: z.number().int().nonnegative() });
const statsAnswer = z.object({
  severeThisWeek: z.number().int().nonnegative(),
  totalToday: z.number().int().nonnegative(),
});

/**
 * Makes the client.
 * @param api - an API client whose token has the permissions that the service asks for
 * @param path - where the audit routes are below its base URL; `/audits` unless told
 */
export function createAuditsClient(api: ApiClient, path = '/audits'): AuditsClient {
  return {
    async send(audit, options = {}) {
      return (await api.post(path, { ...options, data: audit, parse: auditEntry.parse })).data;
    },
    async list({ filters = {}, filter, sortBy, sortDirection, offset, count, ...options } = {}) {
      const { from, to, ...exact } = filters;
      const times = { from: from?.toISOString(), to: to?.toISOString() };
      const params = { filter, sortBy, sortDirection, offset, count, ...exact, ...times };
      return (await api.get(path, { ...options, params, parse: listAnswer.parse })).data;
    },
    async stats(options = {}) {
      return (await api.get(`${path}/stats`, { ...options, parse: statsAnswer.parse })).data;
    },
  };
}
