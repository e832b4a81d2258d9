// The audit service: takes entries, lists them and counts them, behind the guards that it is given.
import { json, type Request, type RequestHandler, type Response, Router } from 'express';
import { type Clock, systemClock } from '../clock.ts';
import { type AuditEntry, type AuditInput, auditInput, severe } from '../config/audit-entry.ts';
import type { AuditStore } from '../config/audit-store.ts';
import { randomId } from '../crypto/random.ts';
import { LatchkeyError } from '../errors.ts';
import { noStore } from '../http/no-store.ts';
import { requestReference } from '../http/request-id.ts';
import { problemsOf, type RequestProblem, readAuditQuery } from './audit-query.ts';

/** What the routes need. */
export interface AuditRoutesOptions {
  readonly store: AuditStore;
  /** Lets those in who may read, such as `auth.authenticated({ permissions: ['audits:read'] })`. */
  readonly read: RequestHandler;
  /** Lets those in who may send, such as `auth.authenticated({ permissions: ['audits:write'] })`. */
  readonly write: RequestHandler;
  /**
   * Whether this caller may use this tenant; null: the entries of all tenants, or one without a tenant. Default: whoever
   * passes the guard may.
   */
  readonly mayUse?: (req: Request, tenant: string | null) => boolean | Promise<boolean>;
  /** Name of the header that carries the tenant. Default: `x-tenant-id`. */
  readonly tenantHeader?: string;
  /** For tests. Default: the system clock. */
  readonly clock?: Clock;
}

const longestBody = 32 * 1024;
const dayMs = 86_400_000;

/**
 * `POST /`, `GET /` and `GET /stats`; mount it where it should be: `app.use('/api/audits', auditRoutes(…))`. Errors go to
 * the error handler of the app.
 * @throws TypeError without the two guards
 */
export function auditRoutes(options: AuditRoutesOptions): Router {
  const { store, read, write, mayUse, clock = systemClock, tenantHeader = 'x-tenant-id' } = options;
  if (typeof read !== 'function' || typeof write !== 'function') {
    throw new TypeError(
      'auditRoutes needs the guards read and write; without them everybody could read the audit trail',
    );
  }
  const router = Router();
  const tenantOf = async (req: Request): Promise<string | null> => {
    const given = req.get(tenantHeader);
    if (given !== undefined && !/^[\x21-\x7e]{1,200}$/.test(given)) {
      throw new LatchkeyError('request_malformed', { detail: 'the tenant header cannot be read' });
    }
    const tenant = given ?? null;
    if (mayUse !== undefined && !(await mayUse(req, tenant))) {
      throw new LatchkeyError('check_refused', { detail: 'the caller may not use this tenant' });
    }
    return tenant;
  };

  // The guard comes first: whoever may not send has not a byte of their body read.
  router.post('/', write, json({ limit: longestBody }), async (req, res) => {
    const tenant = await tenantOf(req);
    if (req.is('application/json') === false) throw new LatchkeyError('request_malformed', { status: 415 });
    const result = auditInput.safeParse(req.body);
    if (!result.success) return sendProblems(req, res, problemsOf(result.error));
    const entry = entryFrom(result.data, { tenant, sentBy: req.auth?.subject ?? null, at: clock() });
    await store.add(entry);
    noStore(res);
    res.status(201).json(entry);
  });

  router.get('/', read, async (req, res) => {
    const tenant = await tenantOf(req);
    const result = readAuditQuery(new URL(req.originalUrl, 'http://audits.invalid').searchParams, tenant);
    if (!result.ok) return sendProblems(req, res, result.problems);
    const { data, total } = await store.list(result.page);
    noStore(res);
    res.json({ data, total });
  });

  router.get('/stats', read, async (req, res) => {
    const tenant = await tenantOf(req);
    const now = clock();
    const scope = tenant === null ? {} : { tenant };
    const [severeThisWeek, totalToday] = await Promise.all([
      store.count({ ...scope, severities: severe, from: now - 7 * dayMs }),
      store.count({ ...scope, from: now - (now % dayMs) }),
    ]);
    noStore(res);
    res.json({ severeThisWeek, totalToday });
  });
  return router;
}

function entryFrom(
  { severity, action, actor, resource, description, ip, data }: AuditInput,
  facts: { readonly tenant: string | null; readonly sentBy: string | null; readonly at: number },
): AuditEntry {
  return {
    id: randomId(),
    at: new Date(facts.at).toISOString(),
    ...{ tenant: facts.tenant, sentBy: facts.sentBy, severity, action },
    ...{ actor: actor ?? null, resource: resource ?? null, description: description ?? null },
    ...{ ip: ip ?? null, data: data ?? null },
  };
}

/** Problem details (RFC 9457) that say what to mend: whoever calls is a program, and its author reads this. */
function sendProblems(req: Request, res: Response, problems: readonly RequestProblem[]): void {
  noStore(res);
  const body = {
    ...{ type: 'about:blank', title: 'That request could not be read', status: 400 },
    ...{ code: 'request_malformed', reference: requestReference(req), problems },
  };
  res.status(400).type('application/problem+json').send(JSON.stringify(body));
}
