// The directory on everything it runs on, for suites that hold for all: memory, SQLite in a file, PostgreSQL.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { type DirectoryOptions, type DirectoryStore, openDirectory } from '../../src/directory.ts';
import { memoryDirectory } from './memory-directory.ts';
import { openSharedPostgres, type SharedPostgres } from './postgres-of-the-run.ts';

const tables = ['people', 'permissions', 'passwords', 'login_tokens', 'api_keys', 'audit'].map(
  (name) => `latchkey_${name}`,
);

export interface DirectoryWorld {
  /** Kinds of databases, with a new place for each test. */
  readonly databases: readonly [
    readonly [string, () => Promise<{ readonly file: string }>],
    readonly [string, () => Promise<{ readonly url: string }>],
  ];
  /** Those, opened, and closed after the test. */
  readonly stores: readonly (readonly [string, () => Promise<DirectoryStore>])[];
  /** Those, and the one in memory; what was opened is closed after the test. */
  readonly kinds: readonly (readonly [string, () => Promise<DirectoryStore>])[];
  /** Opens, and closes after the test. */
  open(options: DirectoryOptions): Promise<DirectoryStore>;
  readonly postgres: () => SharedPostgres;
}

/** Once per file, outside of tests: its hooks open a database on the server and drop it. `keepOpen` closes at the end of the file. */
export const directoryWorld = ({ keepOpen = false } = {}): DirectoryWorld => {
  let postgres: SharedPostgres | undefined;
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-directory-'));
  const opened: DirectoryStore[] = [];
  const [inUse, used]: [string[], string[]] = [[], []];
  beforeAll(async () => {
    postgres = await openSharedPostgres();
  });
  const closeAll = async () => {
    for (const store of opened.splice(0)) await store.close();
    used.push(...inUse.splice(0));
  };
  afterEach(async () => {
    if (!keepOpen) await closeAll();
  });
  afterAll(async () => {
    await closeAll();
    await postgres?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const server = (): SharedPostgres => {
    if (postgres === undefined) throw new Error('PostgreSQL has not started');
    return postgres;
  };
  const open = async (options: DirectoryOptions): Promise<DirectoryStore> => {
    const store = await openDirectory(options);
    opened.push(store);
    return store;
  };
  const databases = [
    ['SQLite', async () => ({ file: join(folder, crypto.randomUUID(), 'directory.sqlite') })],
    ['PostgreSQL', async () => ({ url: await server().freshDatabase() })],
  ] as const;
  const [[sqlite, file], [postgresName, place]] = databases;
  // Making the tables is most of what a short test costs: those of a test that is over are emptied and used again.
  const openPostgres = async (): Promise<DirectoryStore> => {
    const again = used.pop();
    if (again !== undefined) await server().run(again, `truncate ${tables.join(', ')} restart identity`);
    const url = again ?? (await place()).url;
    inUse.push(url);
    return open({ url });
  };
  const stores = [
    [sqlite, async () => open(await file())],
    [postgresName, openPostgres],
  ] as const;
  return {
    databases,
    stores,
    kinds: [['memory', async () => memoryDirectory()], ...stores],
    open,
    postgres: server,
  };
};
