// Opens the directory: SQLite in a file, or PostgreSQL by its address.
import { Kysely, sql } from 'kysely';
import { type Clock, systemClock } from '../clock.ts';
import { ConfigurationError } from '../errors.ts';
import { connect } from './connection.ts';
import { databaseUrlProblems } from './database-url.ts';
import type { DirectoryStore } from './directory-store.ts';
import { postgresDialect } from './postgres-dialect.ts';
import type { Tables } from './schema.ts';
import { sqlApiKeys } from './sql-api-keys.ts';
import { sqlAudit } from './sql-audit.ts';
import { sqlLoginTokens, sqlPasswords } from './sql-credentials.ts';
import { sqlPeople } from './sql-people.ts';
import { sqliteDialect } from './sqlite-dialect.ts';

/** Where the directory is. One of `url` and `file` has to be there; with both it is `url`. */
export interface DirectoryOptions {
  /** `postgres://user:password@host:5432/database`. */
  readonly url?: string | undefined;
  /** An SQLite file. Its folder is made where it is missing. */
  readonly file?: string | undefined;
  readonly clock?: Clock | undefined;
  /** Milliseconds that one statement, or one wait for a connection, may take. Default: 2000. */
  readonly commandTimeoutMs?: number | undefined;
}

/**
 * Opens the directory and brings its schema up to date; processes that start together do that once. A PostgreSQL that is
 * away stops nothing: it is asked again with each query, which is `store_unavailable` until then.
 * @throws ConfigurationError when the address is wrong, the login is refused, or a newer latchkey was here
 */
export async function openDirectory(options: DirectoryOptions): Promise<DirectoryStore> {
  const { url, file, clock = systemClock, commandTimeoutMs = 2000 } = options;
  const kind = url === undefined ? 'sqlite' : 'postgres';
  const database = new Kysely<Tables>({ dialect: dialectOf(url, file, commandTimeoutMs) });
  const connection = connect(database, kind, clock);
  const ping = () => connection.query(async (open) => void (await sql`select 1`.execute(open)));
  try {
    await connection.start();
  } catch (error) {
    await connection.close();
    throw error;
  }
  return {
    kind,
    people: sqlPeople(connection),
    passwords: sqlPasswords(connection),
    loginTokens: sqlLoginTokens(connection),
    // The database is closed by the directory: whoever takes the keys has not opened it.
    apiKeys: { ...sqlApiKeys(connection, ping), close: async () => {} },
    audit: sqlAudit(connection),
    ping,
    close: connection.close,
  };
}

/** How the database of these options is spoken to. */
export function dialectOf(url: string | undefined, file: string | undefined, timeout: number) {
  if (url === undefined) {
    if (file !== undefined) return sqliteDialect(file, timeout);
    const mend = 'Give `url` or `file`.';
    throw new ConfigurationError([{ name: 'directory', problem: 'has no place.', mend }]);
  }
  const problems = databaseUrlProblems(url);
  if (problems.length > 0) {
    throw new ConfigurationError(problems.map((found) => ({ name: 'databaseUrl', ...found })));
  }
  return postgresDialect(url, timeout);
}
