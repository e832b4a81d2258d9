// People in the database.
import { type Kysely, sql } from 'kysely';
import type { PersonKey, ProviderLogin } from '../config/people-directory.ts';
import { randomToken } from '../crypto/random.ts';
import { LatchkeyError } from '../errors.ts';
import { addAccount, addPerson, changePerson, emptyPerson, removePerson } from './change-people.ts';
import type { Connection } from './connection.ts';
import { listPeople } from './list-people.ts';
import type { People } from './people.ts';
import { localIssuer, type NewPerson, type Person } from './person.ts';
import { contactColumns, readPerson, selectPeople } from './person-rows.ts';
import { isExactKey, lookupForm, shownText, usernameFrom } from './person-texts.ts';
import type { Tables } from './schema.ts';

/** Makes the port. */
export function sqlPeople({ kind, query, transact }: Connection): People {
  return {
    find: (id) => query((database) => personOf(database, id)),
    findByKey: (key) => query(async (database) => (isExactKey(key) ? personByKey(database, key) : null)),
    findByUsername: (text) =>
      query(async (database) => {
        const username = usernameFrom(text);
        if (username === null) return null;
        const row = await selectPeople(database)
          .where('person.username_key', '=', lookupForm(username))
          .executeTakeFirst();
        return row === undefined ? null : readPerson(row);
      }),
    list: (page) => query((database) => listPeople(database, page)),
    count: () =>
      query(async (database) => {
        const counted = database
          .selectFrom('latchkey_people')
          .select(({ fn }) => fn.count<number>('id').as('all'));
        return (await counted.executeTakeFirstOrThrow()).all;
      }),
    signedIn: (login, defaults) => transact((transaction) => noteLogin(transaction, login, defaults)),
    create: (person, at) =>
      transact(async (transaction) =>
        there(await personOf(transaction, await addAccount(transaction, person, at))),
      ),
    change: (id, change, adminPermission, at) =>
      transact(async (transaction) => {
        const isChanged = await changePerson(transaction, kind, id, change, adminPermission, at);
        return isChanged ? personOf(transaction, id) : null;
      }),
    remove: (id, adminPermission) =>
      transact((transaction) => removePerson(transaction, kind, id, adminPermission)),
  };
}

async function personOf(database: Kysely<Tables>, id: string): Promise<Person | null> {
  if (id.includes('\0')) return null;
  const row = await selectPeople(database).where('person.id', '=', id).executeTakeFirst();
  return row === undefined ? null : readPerson(row);
}

async function personByKey(database: Kysely<Tables>, { issuer, subject }: PersonKey): Promise<Person | null> {
  const row = await selectPeople(database)
    .where('person.issuer', '=', issuer)
    .where('person.subject', '=', subject)
    .executeTakeFirst();
  return row === undefined ? null : readPerson(row);
}

async function noteLogin(
  transaction: Kysely<Tables>,
  login: ProviderLogin,
  defaults: Pick<NewPerson, 'permissions' | 'roles'>,
): Promise<Person> {
  const { issuer, subject, at } = login;
  if (!isExactKey(login)) {
    throw new LatchkeyError('request_malformed', { detail: 'issuer or subject cannot be kept as it is' });
  }
  const known = await updateAtLogin(transaction, login);
  if (known !== null) return known;
  if (issuer === localIssuer) {
    throw new LatchkeyError('account_disabled', { detail: 'there is no such account here' });
  }
  await addPerson(transaction, emptyPerson({ id: randomToken(16), issuer, subject }, defaults, at));
  // Theirs or, where two first logins came at once, the one that was quicker.
  return there(await updateAtLogin(transaction, login));
}

/** Null where there is no such person. Of somebody who is disabled nothing changes. */
async function updateAtLogin(transaction: Kysely<Tables>, login: ProviderLogin): Promise<Person | null> {
  const name = shownText(login.claims.name);
  const email = shownText(login.claims.email);
  await transaction
    .updateTable('latchkey_people')
    .set({
      ...contactColumns({ ...(name === null ? {} : { name }), ...(email === null ? {} : { email }) }),
      last_login_at: sql<number>`case when last_login_at < ${login.at} then ${login.at} else last_login_at end`,
    })
    .where('issuer', '=', login.issuer)
    .where('subject', '=', login.subject)
    .where('disabled', '=', 0)
    .execute();
  return personByKey(transaction, login);
}

function there(person: Person | null): Person {
  if (person === null) throw new Error('a person who was just written is not there');
  return person;
}
