// The database behind every query: migrated before the first, an outage in one word, back without a restart.
import type { Kysely } from 'kysely';
import { ConfigurationError, LatchkeyError } from '../errors.ts';
import { migrate } from './migrate.ts';
import type { DatabaseKind } from './migrations.ts';
import type { Tables } from './schema.ts';

/** How queries are run. */
export interface Connection {
  readonly kind: DatabaseKind;
  /** Runs queries on the migrated database. Whatever fails, but for our own errors, is `store_unavailable`. */
  query<T>(work: (database: Kysely<Tables>) => Promise<T>): Promise<T>;
  /** The same in one transaction, which on SQLite has the lock for writing. */
  transact<T>(work: (transaction: Kysely<Tables>) => Promise<T>): Promise<T>;
  /** Migrates. A database that is away is no error: it is tried again by the next query. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Wraps a database. */
export function connect(database: Kysely<Tables>, kind: DatabaseKind, now: () => number): Connection {
  let migrated: Promise<void> | undefined;
  let closed: Promise<void> | undefined;

  /** One migration for all who wait; one that failed is tried anew by whoever comes next. */
  const ready = (): Promise<void> => {
    migrated ??= migrate(database, kind, now).catch((error: unknown) => {
      migrated = undefined;
      throw error;
    });
    return migrated;
  };
  const query = async <T>(work: (database: Kysely<Tables>) => Promise<T>): Promise<T> => {
    try {
      if (closed !== undefined) throw new Error('it is closed');
      await ready();
      return await work(database);
    } catch (error) {
      throw outageOf(error);
    }
  };
  return {
    kind,
    query,
    transact: (work) => query((open) => open.transaction().execute(work)),
    async start() {
      try {
        await ready();
      } catch (error) {
        const mistake = kind === 'postgres' ? mistakeOf(error) : error;
        if (mistake !== null) throw mistake;
      }
    },
    close: () => {
      closed ??= database.destroy();
      return closed;
    },
  };
}

function outageOf(error: unknown): LatchkeyError {
  // A schema that is too new is a mistake at the start, and later an outage of those who run the old version.
  if (error instanceof LatchkeyError && !(error instanceof ConfigurationError)) return error;
  return new LatchkeyError('store_unavailable', { detail: `directory: ${wordsOf(error)}`, cause: error });
}

/** Where nothing listens on several addresses, pg's error has no words of its own. */
export function wordsOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(wordsOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}

const mends: Readonly<Record<string, string>> = {
  '28P01': 'Check user name and password in it.',
  '28000': 'Check user name and TLS in it, and what pg_hba.conf lets in.',
  '3D000': 'Create the database, or name another one.',
  '42501': 'Give the user the right to create tables in its schema.',
  '3F000': 'Create the schema, or name another search_path.',
};

/** What no waiting mends: the start ends with it. Null: the database is away, or starts, or is busy. */
function mistakeOf(error: unknown): ConfigurationError | null {
  if (error instanceof ConfigurationError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const isTls = /^(ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|CERT_)/.test(code) || /SSL/.test(wordsOf(error));
  const mend = mends[code] ?? (isTls ? 'Check sslmode and sslrootcert in it.' : undefined);
  if (mend === undefined) return null;
  const problem = `cannot be used: ${wordsOf(error)}.`;
  return new ConfigurationError([{ name: 'databaseUrl', problem, mend }]);
}
