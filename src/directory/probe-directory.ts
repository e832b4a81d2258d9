// Looks at the database of the directory as `latchkey doctor` does, and changes nothing in it: no file, no migration.
import { existsSync } from 'node:fs';
import { Kysely, sql } from 'kysely';
import { wordsOf } from './connection.ts';
import type { DatabaseKind } from './migrations.ts';
import { migrations } from './migrations.ts';
import { type DirectoryOptions, dialectOf } from './open-directory.ts';
import type { Tables } from './schema.ts';

/** What was found. */
export type DirectoryProbe =
  | {
      readonly kind: 'good';
      readonly database: DatabaseKind;
      readonly version: string;
      /** The version of the schema; 0: there is none yet. */
      readonly schema: number;
      /** The version that this latchkey brings it to. */
      readonly newest: number;
      readonly readOnly: boolean;
      readonly latencyMs: number;
    }
  /** The file of SQLite is not there yet. */
  | { readonly kind: 'missing' }
  /** `code` is the database's own, such as 28P01. */
  | { readonly kind: 'failed'; readonly detail: string; readonly code: string };

/**
 * Asks. It never rejects for what it finds.
 * @throws ConfigurationError when the address is wrong
 */
export async function probeDirectory(options: DirectoryOptions): Promise<DirectoryProbe> {
  const { url, file, commandTimeoutMs = 2000 } = options;
  const kind = url === undefined ? 'sqlite' : 'postgres';
  if (kind === 'sqlite' && file !== undefined && !existsSync(file)) return { kind: 'missing' };
  const database = new Kysely<Tables>({ dialect: dialectOf(url, file, commandTimeoutMs) });
  try {
    const version = await versionOf(database, kind);
    const times: number[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      const startedAt = performance.now();
      await sql`select 1`.execute(database);
      times.push(performance.now() - startedAt);
    }
    // The quickest: what keeps this process busy is no delay of the database.
    const latencyMs = Math.min(...times);
    const schema = await schemaOf(database, kind);
    const readOnly = await isReadOnly(database, kind);
    return { kind: 'good', database: kind, version, schema, newest: migrations.length, readOnly, latencyMs };
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
    return { kind: 'failed', detail: wordsOf(thrown).slice(0, 200), code };
  } finally {
    await database.destroy();
  }
}

async function versionOf(database: Kysely<Tables>, kind: DatabaseKind): Promise<string> {
  const asked =
    kind === 'postgres'
      ? sql<{ v: string }>`show server_version`
      : sql<{ v: string }>`select sqlite_version() as v`;
  const { rows } = await asked.execute(database);
  return String(Object.values(rows[0] ?? {})[0] ?? 'unknown');
}

async function schemaOf(database: Kysely<Tables>, kind: DatabaseKind): Promise<number> {
  const found = await (kind === 'postgres'
    ? sql<{ name: string | null }>`select to_regclass('latchkey_schema')::text as name`
    : sql<{ name: string }>`select name from sqlite_master where name = 'latchkey_schema'`
  ).execute(database);
  if (!found.rows[0]?.name) return 0;
  const { version } = await database
    .selectFrom('latchkey_schema')
    .select(({ fn }) => fn.max('version').as('version'))
    .executeTakeFirstOrThrow();
  return Number(version ?? 0);
}

/** SQLite says so when the lock for writing is asked for; a PostgreSQL that follows another one knows it. */
async function isReadOnly(database: Kysely<Tables>, kind: DatabaseKind): Promise<boolean> {
  if (kind === 'postgres') {
    const { rows } = await sql<{ transaction_read_only: string }>`show transaction_read_only`.execute(
      database,
    );
    return rows[0]?.transaction_read_only === 'on';
  }
  try {
    await database.transaction().execute(async () => {});
    return false;
  } catch (thrown) {
    if (/readonly/i.test(wordsOf(thrown))) return true;
    throw thrown;
  }
}
