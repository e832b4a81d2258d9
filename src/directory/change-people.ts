// What changes people: each in one transaction.
import type { Kysely } from 'kysely';
import { randomToken } from '../crypto/random.ts';
import { LatchkeyError } from '../errors.ts';
import { isAdministrator, lockAdministrators, requireAdministrator } from './administrators.ts';
import type { DatabaseKind } from './migrations.ts';
import type { PersonChange } from './people.ts';
import { localIssuer, type NewPerson } from './person.ts';
import { contactColumns } from './person-rows.ts';
import { lookupForm, namesFrom, shownText, usernameFrom, writeProfile } from './person-texts.ts';
import type { PersonRow, Tables } from './schema.ts';

/** Adds an account that is kept here; its id. */
export async function addAccount(
  transaction: Kysely<Tables>,
  person: NewPerson,
  at: number,
): Promise<string> {
  const username = usernameFrom(person.username);
  if (username === null)
    throw new LatchkeyError('request_malformed', { detail: 'the user name cannot be one' });
  const id = randomToken(16);
  const isAdded = await addPerson(transaction, {
    ...emptyPerson({ id, issuer: localIssuer, subject: id }, person, at),
    username,
    username_key: lookupForm(username),
    ...contactColumns({ name: shownText(person.name), email: shownText(person.email) }),
    profile: writeProfile(person.profile ?? {}),
  });
  if (!isAdded) throw new LatchkeyError('username_taken');
  return id;
}

/** A row for somebody new, of whom nothing but their key and their rights is known. */
export function emptyPerson(
  key: Pick<PersonRow, 'id' | 'issuer' | 'subject'>,
  rights: Pick<NewPerson, 'permissions' | 'roles'>,
  at: number,
): PersonRow {
  return {
    ...{ id: key.id, issuer: key.issuer, subject: key.subject, subject_key: lookupForm(key.subject) },
    ...{ username: null, username_key: '', name: null, name_key: '', email: null, email_key: '' },
    permissions: JSON.stringify(namesFrom(rights.permissions)),
    roles: JSON.stringify(namesFrom(rights.roles)),
    ...{ profile: '{}', disabled: 0, created_at: at, updated_at: at, last_login_at: 0 },
  };
}

/** False when their key or user name is there already; waits for a transaction that adds the same. */
export async function addPerson(transaction: Kysely<Tables>, row: PersonRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await transaction
    .insertInto('latchkey_people')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows !== 1n) return false;
  await holdPermissions(transaction, row.id, JSON.parse(row.permissions));
  return true;
}

/** False where there is no such person. */
export async function changePerson(
  transaction: Kysely<Tables>,
  kind: DatabaseKind,
  id: string,
  change: PersonChange,
  adminPermission: string,
  at: number,
): Promise<boolean> {
  const permissions = change.permissions === undefined ? undefined : namesFrom(change.permissions);
  const mayDemote = permissions !== undefined || change.disabled === true;
  if (mayDemote) await lockAdministrators(transaction, kind);
  const wasAdministrator = mayDemote && (await isAdministrator(transaction, id, adminPermission));
  if (change.disabled !== undefined) await endLogins(transaction, id, change.disabled);
  const { numUpdatedRows } = await transaction
    .updateTable('latchkey_people')
    .set({
      ...contactColumns({
        ...(change.name === undefined ? {} : { name: shownText(change.name) }),
        ...(change.email === undefined ? {} : { email: shownText(change.email) }),
      }),
      ...(permissions === undefined ? {} : { permissions: JSON.stringify(permissions) }),
      ...(change.roles === undefined ? {} : { roles: JSON.stringify(namesFrom(change.roles)) }),
      ...(change.profile === undefined ? {} : { profile: writeProfile(change.profile) }),
      ...(change.disabled === undefined ? {} : { disabled: change.disabled ? 1 : 0 }),
      updated_at: at,
    })
    .where('id', '=', id)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return false;
  if (permissions !== undefined) await holdPermissions(transaction, id, permissions);
  if (wasAdministrator) await requireAdministrator(transaction, adminPermission);
  return true;
}

/** Password, tokens and permissions go with the row; keys are found by their owner. False where there is no such person. */
export async function removePerson(
  transaction: Kysely<Tables>,
  kind: DatabaseKind,
  id: string,
  adminPermission: string,
): Promise<boolean> {
  await lockAdministrators(transaction, kind);
  const wasAdministrator = await isAdministrator(transaction, id, adminPermission);
  const person = await transaction
    .deleteFrom('latchkey_people')
    .where('id', '=', id)
    .returning(['issuer', 'subject'])
    .executeTakeFirst();
  if (person === undefined) return false;
  await transaction
    .deleteFrom('latchkey_api_keys')
    .where('owner_issuer', '=', person.issuer)
    .where('owner_subject', '=', person.subject)
    .execute();
  if (wasAdministrator) await requireAdministrator(transaction, adminPermission);
  return true;
}

/**
 * Whoever is disabled has to log in again afterwards. When they are enabled, what is left belongs to a login that was under
 * way while they were disabled.
 */
async function endLogins(transaction: Kysely<Tables>, id: string, disabled: boolean): Promise<void> {
  const disabledPerson = transaction
    .selectFrom('latchkey_people')
    .select('id')
    .where('id', '=', id)
    .where('disabled', '=', 1);
  const tokens = transaction.deleteFrom('latchkey_login_tokens');
  await tokens.where('person_id', disabled ? '=' : 'in', disabled ? id : disabledPerson).execute();
}

async function holdPermissions(
  transaction: Kysely<Tables>,
  id: string,
  names: readonly string[],
): Promise<void> {
  await transaction.deleteFrom('latchkey_permissions').where('person_id', '=', id).execute();
  if (names.length === 0) return;
  const rows = names.map((permission) => ({ permission, person_id: id }));
  await transaction.insertInto('latchkey_permissions').values(rows).execute();
}
