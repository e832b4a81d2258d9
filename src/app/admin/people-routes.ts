// The list of people: search, sort, paging.
import { Router } from 'express';
import type { Person } from '../../directory.ts';
import { nameOf } from '../app-directory.ts';
import { only } from '../method-check.ts';
import { type AdminParts, queryText } from './admin-parts.ts';
import {
  type PeopleQuery,
  peopleColumns,
  peopleHref,
  peoplePerPage,
  readPeopleQuery,
} from './people-query.ts';

/** `/admin/people`. */
export function peopleRoutes({ store, adminPermission, basePath, render }: AdminParts): Router {
  const router = Router();
  const pageOf = ({ page, ...query }: PeopleQuery) =>
    store.people.list({ ...query, offset: (page - 1) * peoplePerPage, count: peoplePerPage });

  router.get('/admin/people', async (req, res) => {
    let query = readPeopleQuery((name) => queryText(req, name));
    let { people, total } = await pageOf(query);
    const pages = Math.max(1, Math.ceil(total / peoplePerPage));
    if (query.page > pages) {
      // Somebody was deleted meanwhile, or the address is an old one.
      query = { ...query, page: pages };
      ({ people, total } = await pageOf(query));
    }
    const to = (page: number) => (page < 1 || page > pages ? null : peopleHref(basePath, query, { page }));
    render(req, res, 'admin/people', 'People', {
      wide: true,
      people: people.map((person) => inList(person, adminPermission)),
      query,
      columns: peopleColumns.map(({ sort, label }) => {
        const isSorted = sort === query.sort;
        const direction = isSorted && query.direction === 'asc' ? 'desc' : 'asc';
        const sorted = query.direction === 'asc' ? 'ascending' : 'descending';
        const href = peopleHref(basePath, query, { sort, direction, page: 1 });
        return { sort, label, href, sorted: isSorted ? sorted : null };
      }),
      paging: { page: query.page, pages, total, before: to(query.page - 1), after: to(query.page + 1) },
      notice: queryText(req, 'done') === 'deleted' ? deleted : null,
    });
  });
  router.all('/admin/people', only('GET, HEAD'));
  return router;
}

const deleted = { kind: 'success', text: 'The account is deleted.' } as const;

function inList(person: Person, adminPermission: string) {
  const { id, username, email, disabled, permissions, createdAt, lastLoginAt } = person;
  return {
    id,
    username,
    email,
    disabled,
    name: nameOf(person),
    isAdmin: permissions.includes(adminPermission),
    addedAt: new Date(createdAt),
    lastLoginAt: lastLoginAt === null ? null : new Date(lastLoginAt),
  };
}
