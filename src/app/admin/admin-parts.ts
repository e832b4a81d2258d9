// What every page of administrators needs.
import type { Request } from 'express';
import type { Accounts, Clock, DirectoryStore } from '../../directory.ts';
import type { Auth } from '../../index.ts';
import type { RenderPage } from '../pages.ts';
import type { Report } from '../report.ts';

/** Parts of the pages. */
export interface AdminParts {
  readonly auth: Auth;
  readonly store: DirectoryStore;
  readonly accounts: Accounts;
  readonly adminPermission: string;
  readonly basePath: string;
  readonly render: RenderPage;
  readonly report: Report;
  readonly clock: Clock;
}

/** A value of the query, once and as a text; everything else is as if it were not there. */
export function queryText(req: Request, name: string): string {
  const value = req.query[name];
  return typeof value === 'string' ? value.trim().slice(0, 500) : '';
}
