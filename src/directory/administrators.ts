// Somebody has to stay administrator: the guard of every change that could take the last one away.
import { type Kysely, sql } from 'kysely';
import { LatchkeyError } from '../errors.ts';
import { advisoryLocks } from './migrate.ts';
import type { DatabaseKind } from './migrations.ts';
import type { Tables } from './schema.ts';

/**
 * Waits until no other transaction is between looking for administrators and taking one away. Held until the
 * transaction ends; on SQLite a transaction has the lock for writing from its start.
 */
export async function lockAdministrators(transaction: Kysely<Tables>, kind: DatabaseKind): Promise<void> {
  if (kind !== 'postgres') return;
  const { space, administrators } = advisoryLocks;
  await sql`select pg_advisory_xact_lock(${sql.lit(space)}, ${sql.lit(administrators)})`.execute(transaction);
}

/** Whether the person is not disabled and has the permission. */
export async function isAdministrator(
  transaction: Kysely<Tables>,
  id: string,
  permission: string,
): Promise<boolean> {
  const row = await administrators(transaction, permission).where('person.id', '=', id).executeTakeFirst();
  return row !== undefined;
}

/** Rejects with `last_admin` when nobody is left. */
export async function requireAdministrator(transaction: Kysely<Tables>, permission: string): Promise<void> {
  const row = await administrators(transaction, permission).limit(1).executeTakeFirst();
  if (row === undefined) throw new LatchkeyError('last_admin');
}

function administrators(transaction: Kysely<Tables>, permission: string) {
  return transaction
    .selectFrom('latchkey_permissions as held')
    .innerJoin('latchkey_people as person', 'person.id', 'held.person_id')
    .select('person.id')
    .where('held.permission', '=', permission)
    .where('person.disabled', '=', 0);
}
