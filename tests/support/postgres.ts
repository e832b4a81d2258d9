// Starts a real PostgreSQL for a test, and can kill and restart it. It refuses root, so root starts it as `postgres`.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { canConnect, freshSchema, password, run, user } from './postgres-places.ts';
import { requireProgram } from './programs.ts';

export interface TestPostgres {
  readonly port: number;
  /** The address of an empty database: a schema of its own, which is as good and quicker to make. */
  freshDatabase(): Promise<string>;
  /** Rows of a statement in that database. */
  readonly run: typeof run;
  /** Ends it at once; the data stays. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** Fast, because nothing here outlives the test. What was committed is still there after a kill. */
const settings = [
  ...['fsync=off', 'full_page_writes=off', 'wal_level=minimal', 'max_wal_senders=0'],
  ...['autovacuum=off', 'max_connections=200'],
];

/** The account of Debian's package, for root; nobody else can or has to change. */
const account = (): { readonly uid?: number; readonly gid?: number } => {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag: string) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
  return { uid: idOf('-u'), gid: idOf('-g') };
};

/** Starts a server of its own on a free port of 127.0.0.1. */
export const startPostgres = async (): Promise<TestPostgres> => {
  const program = requireProgram('postgres');
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-postgres-'));
  const runAs = account();
  if (runAs.uid !== undefined && runAs.gid !== undefined) chownSync(folder, runAs.uid, runAs.gid);
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, `${password}\n`);
  const initdb = [
    '-D',
    data,
    '-U',
    user,
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '-E',
    'UTF8',
    '-N',
  ];
  const made = spawnSync(join(dirname(program), 'initdb'), [...initdb, '--locale=C.UTF-8'], {
    ...runAs,
    cwd: folder,
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  const port = await freePort();
  const options = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder];
  const launch = (): ChildProcess =>
    spawn(program, [...options, ...settings.flatMap((setting) => ['-c', setting])], {
      ...runAs,
      cwd: folder,
      stdio: 'ignore',
    });
  let server = launch();
  const isUp = (): boolean => server.exitCode === null && server.signalCode === null;
  // Its processes end with it: each watches for that.
  const killWithProcess = (): void => void server.kill('SIGKILL');
  process.once('exit', killWithProcess);
  const untilReady = async (): Promise<void> => {
    for (let attempt = 0; attempt < 400; attempt += 1) {
      if (!isUp()) throw new Error(`postgres ended with ${server.exitCode} at its start`);
      if (await canConnect(port)) return;
      await wait(25);
    }
    throw new Error(`postgres did not answer on port ${port} within 10 s`);
  };
  const end = async (): Promise<void> => {
    if (!isUp()) return;
    const exited = once(server, 'exit');
    // Immediate shutdown: connections break as in a crash, but no shared memory is left behind.
    server.kill('SIGQUIT');
    await exited;
  };
  await untilReady();

  return {
    port,
    freshDatabase: () => freshSchema(port),
    run,
    kill: end,
    async restart() {
      await end();
      server = launch();
      await untilReady();
    },
    async stop() {
      process.off('exit', killWithProcess);
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
