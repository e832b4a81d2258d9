// SQLite through node:sqlite for kysely. A file that is locked is asked again between other work, so nothing stands still.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { openPrivateDatabase } from '../stores/embedded-database.ts';

const busy = 5;
const settings = ['PRAGMA journal_mode = WAL', 'PRAGMA synchronous = NORMAL', 'PRAGMA foreign_keys = ON'];

/**
 * SQLite in a file that only its owner can read.
 * @param path - the file; its folder is made where it is missing
 * @param patience - milliseconds that one statement waits for a lock of another connection or process
 */
export function sqliteDialect(path: string, patience: number): Dialect {
  return {
    createDriver: () => new NodeSqliteDriver(path, patience),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (database) => new SqliteIntrospector(database),
  };
}

class NodeSqliteDriver implements Driver {
  readonly #path: string;
  readonly #patience: number;
  #connection: NodeSqliteConnection | undefined;

  constructor(path: string, patience: number) {
    this.#path = path;
    this.#patience = patience;
  }

  async init(): Promise<void> {
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    const database = openPrivateDatabase(this.#path);
    try {
      const connection = new NodeSqliteConnection(database, this.#patience);
      for (const setting of settings) await connection.executeQuery(CompiledQuery.raw(setting));
      this.#connection = connection;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** Kysely hands the one connection to one caller at a time. */
  async acquireConnection(): Promise<DatabaseConnection> {
    if (this.#connection === undefined) throw new Error('the database is closed');
    return this.#connection;
  }

  /** With the lock for writing from the start: one that is asked for later may be refused after a read. */
  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback'));
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    this.#connection?.close();
    this.#connection = undefined;
  }
}

class NodeSqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync;
  readonly #patience: number;

  constructor(database: DatabaseSync, patience: number) {
    this.#database = database;
    this.#patience = patience;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const giveUpAt = performance.now() + this.#patience;
    for (;;) {
      try {
        return this.#run<Row>(sql, parameters as readonly SQLInputValue[]);
      } catch (error) {
        if (!isBusy(error) || performance.now() >= giveUpAt) throw error;
        await wait(5);
      }
    }
  }

  #run<Row>(sql: string, parameters: readonly SQLInputValue[]): QueryResult<Row> {
    const statement = this.#database.prepare(sql);
    if (statement.columns().length > 0) return { rows: statement.all(...parameters) as Row[] };
    const { changes } = statement.run(...parameters);
    return { rows: [], numAffectedRows: BigInt(changes) };
  }

  streamQuery(): never {
    throw new Error('read page by page in its place');
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }
}

/** SQLITE_BUSY and its extended codes. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === busy;
}
