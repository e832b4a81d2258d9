// A person as a row, and a row as a person.
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Person } from './person.ts';
import { lookupForm, readJson } from './person-texts.ts';
import type { PersonRow, Tables } from './schema.ts';

const names = z.array(z.string());
const object = z.record(z.string(), z.unknown());

/** A row of people, and whether an administrator set the password; null where there is none. */
export type PersonWithPassword = PersonRow & { readonly temporary: number | null };

/** People with that. */
export function selectPeople(database: Kysely<Tables>) {
  return database
    .selectFrom('latchkey_people as person')
    .leftJoin('latchkey_passwords as password', 'password.person_id', 'person.id')
    .selectAll('person')
    .select('password.temporary');
}

/**
 * The person in a row.
 * @throws when something in it is not as it was written: a spoiled row is a broken store, and nobody's rights
 */
export function readPerson(row: PersonWithPassword): Person {
  return {
    id: row.id,
    issuer: row.issuer,
    subject: row.subject,
    username: row.username,
    name: row.name,
    email: row.email,
    permissions: readNames(row.permissions),
    roles: readNames(row.roles),
    profile: object.parse(readJson(row.profile)),
    disabled: row.disabled !== 0,
    mustChangePassword: (row.temporary ?? 0) !== 0,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    lastLoginAt: row.last_login_at === 0 ? null : row.last_login_at,
  };
}

/** The names in a column of permissions or roles. */
export function readNames(text: string): readonly string[] {
  return names.parse(JSON.parse(text));
}

/** Name and address with the forms they are looked up by; what is left out stays as it is. */
export function contactColumns({ name, email }: { name?: string | null; email?: string | null }) {
  return {
    ...(name === undefined ? {} : { name, name_key: lookupForm(name ?? '') }),
    ...(email === undefined ? {} : { email, email_key: lookupForm(email ?? '') }),
  };
}
