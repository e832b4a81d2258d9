// Reads which page of the list of people is meant, and writes the addresses of its neighbours.
import type { PeoplePage, PeopleSort } from '../../directory.ts';

/** People on one page. */
export const peoplePerPage = 25;

/** What the list can be sorted by, as the page names it. */
export const peopleColumns: readonly { readonly sort: PeopleSort; readonly label: string }[] = [
  { sort: 'name', label: 'Name' },
  { sort: 'username', label: 'User name' },
  { sort: 'email', label: 'Email' },
  { sort: 'lastLoginAt', label: 'Last sign-in' },
  { sort: 'createdAt', label: 'Added' },
];

/** Which page of the list is meant. */
export interface PeopleQuery extends Pick<PeoplePage, 'search' | 'sort' | 'direction'> {
  /** From 1. */
  readonly page: number;
}

const longestSearch = 200;
const lastPage = 1_000_000;

/** Reads the query. What makes no sense counts as not there: a mistyped address still shows people. */
export function readPeopleQuery(text: (name: string) => string): PeopleQuery {
  const sort = peopleColumns.find((column) => column.sort === text('sort'))?.sort ?? 'name';
  const page = /^\d{1,7}$/.test(text('page')) ? Number(text('page')) : 1;
  return {
    search: text('search').slice(0, longestSearch),
    sort,
    direction: text('direction') === 'desc' ? 'desc' : 'asc',
    page: Math.min(Math.max(page, 1), lastPage),
  };
}

/** The query of a page of the list, with `change` over what is shown now. */
export function peopleHref(basePath: string, shown: PeopleQuery, change: Partial<PeopleQuery> = {}): string {
  const { search, sort, direction, page } = { ...shown, ...change };
  const query = new URLSearchParams();
  if (search !== '') query.set('search', search);
  if (sort !== 'name') query.set('sort', sort);
  if (direction !== 'asc') query.set('direction', direction);
  if (page !== 1) query.set('page', String(page));
  const text = query.toString();
  return `${basePath}/admin/people${text === '' ? '' : `?${text}`}`;
}
