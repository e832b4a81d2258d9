// Brings the schema to the version of this code: once, whoever starts together, and as a whole or not at all.
import { type Kysely, sql } from 'kysely';
import { ConfigurationError } from '../errors.ts';
import { type DatabaseKind, type Migration, migrations } from './migrations.ts';
import type { Tables } from './schema.ts';

/** Numbers of PostgreSQL's advisory locks, in a space of our own ("lkey" as bytes). */
export const advisoryLocks = { space: 0x6c6b6579, migration: 1, administrators: 2 } as const;

/**
 * Runs what is missing in one transaction. Another process that does the same is waited for, and what it did is seen.
 * @throws ConfigurationError when the database was migrated by a newer version of latchkey
 */
export async function migrate(
  database: Kysely<Tables>,
  kind: DatabaseKind,
  now: () => number,
  steps: readonly Migration[] = migrations,
): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    // SQLite's transactions here begin with the lock for writing.
    if (kind === 'postgres') {
      const { space, migration } = advisoryLocks;
      await sql`select pg_advisory_xact_lock(${sql.lit(space)}, ${sql.lit(migration)})`.execute(transaction);
    }
    await sql`create table if not exists latchkey_schema (version integer primary key, applied_at bigint not null)`.execute(
      transaction,
    );
    const { version } = await transaction
      .selectFrom('latchkey_schema')
      .select(({ fn }) => fn.max('version').as('version'))
      .executeTakeFirstOrThrow();
    const reached = Number(version ?? 0);
    if (reached > steps.length) throw newerSchema(reached, steps.length);
    for (const [index, step] of steps.entries()) {
      if (index < reached) continue;
      for (const statement of step(kind)) await sql.raw(statement).execute(transaction);
      await transaction
        .insertInto('latchkey_schema')
        .values({ version: index + 1, applied_at: now() })
        .execute();
    }
  });
}

function newerSchema(reached: number, known: number): ConfigurationError {
  const problem = `holds a schema of version ${reached}; this latchkey knows up to ${known}.`;
  const mend = 'Run the newer version of latchkey, or restore the backup from before it.';
  return new ConfigurationError([{ name: 'directory', problem, mend }]);
}
