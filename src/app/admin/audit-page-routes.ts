// The audit trail for administrators: a page with a filter, and everything that it selects as a file.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Request, Router } from 'express';
import { LatchkeyError } from '../../index.ts';
import type { AuditSelection } from '../../machine.ts';
import { only } from '../method-check.ts';
import { type AdminParts, queryText } from './admin-parts.ts';
import { auditCsv } from './audit-csv.ts';
import { auditHref, readAuditQuestion, severityNames } from './audit-filter.ts';
import { auditRows } from './audit-row.ts';

const entriesPerPage = 50;

/** `/admin/audit` and `/admin/audit.csv`. */
export function auditPageRoutes({ store, basePath, render, clock }: AdminParts): Router {
  const router = Router();
  const question = (req: Request) => readAuditQuestion((name) => queryText(req, name));
  const listed = (selection: AuditSelection, page: number) => {
    const offset = (page - 1) * entriesPerPage;
    return store.audit.list({ selection, sortBy: 'at', direction: 'desc', offset, count: entriesPerPage });
  };

  router.get('/admin/audit', async (req, res) => {
    const asked = question(req);
    const { filter, selection, problem } = asked;
    let { page } = asked;
    let { data, total } = problem === null ? await listed(selection, page) : { data: [], total: 0 };
    const pages = Math.max(1, Math.ceil(total / entriesPerPage));
    if (page > pages) {
      page = pages;
      ({ data, total } = await listed(selection, page));
    }
    const to = (other: number) =>
      other < 1 || other > pages ? null : auditHref(`${basePath}/admin/audit`, asked, other);
    if (problem !== null) res.status(400);
    render(req, res, 'admin/audit', 'Audit trail', {
      wide: true,
      filter,
      severities: severityNames,
      entries: await auditRows(store, data),
      paging: { page, pages, total, before: to(page - 1), after: to(page + 1) },
      csvHref: auditHref(`${basePath}/admin/audit.csv`, asked),
      isFiltered: Object.keys(selection).length > 0,
      problem,
    });
  });
  router.get('/admin/audit.csv', async (req, res) => {
    const { selection, problem } = question(req);
    if (problem !== null) throw new LatchkeyError('request_malformed', { detail: problem });
    const pieces = auditCsv(store.audit.all(selection));
    // A database that is away is said in an answer of its own, so the first piece comes before the headers.
    const first = await pieces.next();
    const day = new Date(clock()).toISOString().slice(0, 10);
    res.attachment(`audit-${day}.csv`).type('text/csv; charset=utf-8');
    if (req.method === 'HEAD') return void res.end();
    await pipeline(Readable.from(joined(first, pieces)), res).catch((error: NodeJS.ErrnoException) => {
      // Whoever asked went away. Anything else is reported, and the answer is cut off rather than ended.
      if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    });
  });
  router.all(['/admin/audit', '/admin/audit.csv'], only('GET, HEAD'));
  return router;
}

async function* joined(
  first: IteratorResult<string, unknown>,
  rest: AsyncGenerator<string>,
): AsyncGenerator<string> {
  if (first.done !== true) yield first.value;
  yield* rest;
}
