// Pages of people: every step reads an index and nothing else, and only the rows of the page itself are fetched.
import type { Kysely } from 'kysely';
import type { PeoplePage, PeopleSort, Person } from './person.ts';
import { readPerson } from './person-rows.ts';
import { lookupForm } from './person-texts.ts';
import type { Tables } from './schema.ts';

const columns = {
  name: 'name_key',
  username: 'username_key',
  email: 'email_key',
  createdAt: 'created_at',
  lastLoginAt: 'last_login_at',
} as const satisfies Record<PeopleSort, string>;

/** The query for a page. */
export function pageQuery(database: Kysely<Tables>, page: PeoplePage) {
  const column = columns[page.sort];
  const start = lookupForm(page.search);
  const everybody = database.selectFrom('latchkey_people').select('id');
  const ids = (start === '' ? everybody : everybody.where('id', 'in', matches(database, start)))
    .orderBy(column, page.direction)
    .orderBy('id', page.direction)
    .limit(page.count)
    .offset(page.offset);
  return database
    .selectFrom(ids.as('page'))
    .innerJoin('latchkey_people as person', 'person.id', 'page.id')
    .leftJoin('latchkey_passwords as password', 'password.person_id', 'person.id')
    .selectAll('person')
    .select('password.temporary')
    .orderBy(`person.${column}`, page.direction)
    .orderBy('person.id', page.direction);
}

/** The query for how many there are in all. */
export function totalQuery(database: Kysely<Tables>, search: string) {
  const start = lookupForm(search);
  const counted =
    start === ''
      ? database.selectFrom('latchkey_people').select(({ fn }) => fn.count<number>('id').as('total'))
      : database
          .selectFrom(matches(database, start).as('found'))
          .select(({ fn }) => fn.count<number>('found.id').as('total'));
  return counted;
}

/** One page, and how many there are in all. */
export async function listPeople(
  database: Kysely<Tables>,
  page: PeoplePage,
): Promise<{ readonly people: readonly Person[]; readonly total: number }> {
  const rows = await pageQuery(database, page).execute();
  const { total } = await totalQuery(database, page.search).executeTakeFirstOrThrow();
  return { people: rows.map(readPerson), total };
}

/** Ids of those of whom one text begins like this; each once. A range, because `LIKE` would give `%` and `_` a meaning. */
function matches(database: Kysely<Tables>, start: string) {
  const end = textAfter(start);
  const by = (column: 'name_key' | 'username_key' | 'email_key' | 'subject_key') => {
    const from = database.selectFrom('latchkey_people').select('id').where(column, '>=', start);
    return end === null ? from : from.where(column, '<', end);
  };
  return by('name_key').union(by('username_key')).union(by('email_key')).union(by('subject_key'));
}

/** The first text by code point that does not begin with this one; null where all that come later do. */
function textAfter(start: string): string | null {
  const characters = [...start];
  for (let last = characters.pop(); last !== undefined; last = characters.pop()) {
    const code = last.codePointAt(0) ?? 0;
    // The code points of half characters are no text.
    if (code < 0x10ffff)
      return characters.join('') + String.fromCodePoint(code === 0xd7ff ? 0xe000 : code + 1);
  }
  return null;
}
