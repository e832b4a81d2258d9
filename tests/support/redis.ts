// Starts a real redis-server for a test, and can pause, kill and restart it, and tell what was asked of it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { requireProgram } from './programs.ts';
import { openRedisWire, type RedisReply, type RedisWire } from './redis-wire.ts';

export interface RedisMonitor {
  /** Commands since the monitor began, as `get`, `set` with their arguments; the test's own are left out. */
  commands(): Promise<readonly (readonly string[])[]>;
  stop(): void;
}

export interface TestRedis extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** The process id now; another one after `restart`. */
  readonly pid: number;
  readonly isUp: boolean;
  /** Ends the server and removes its folder. May be called in any state, and twice. */
  stop(): Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers, as a hung server. */
  pause(): void;
  resume(): void;
  /** SIGKILL. With `keepData` the data set is saved first, and `restart` brings it back. */
  kill(how?: { readonly keepData?: boolean }): Promise<void>;
  restart(): Promise<void>;
  /** Whether it is a replica of the other and has everything that was written there. */
  follows(master: TestRedis): Promise<boolean>;
  /** Calls per command (lower case; `config|get` for subcommands) since the start or the last reset. */
  commandCounts(): Promise<Readonly<Record<string, number>>>;
  resetCommandCounts(): Promise<void>;
  keys(pattern?: string): Promise<readonly string[]>;
  flush(): Promise<void>;
  /** Any command, for what has no name here. */
  send(...args: readonly string[]): Promise<RedisReply>;
  monitor(): Promise<RedisMonitor>;
}

/** What this file itself sends; left out of the counts. */
const ownCommands: ReadonlySet<string> = new Set([
  'info',
  'keys',
  'config|resetstat',
  'monitor',
  'save',
  'echo',
]);

const untilReady = async (port: number, server: ChildProcess): Promise<RedisWire> => {
  for (let attempt = 0; attempt < 250; attempt += 1) {
    if (server.exitCode !== null) throw new Error(`redis-server ended with ${server.exitCode} at its start`);
    try {
      const wire = await openRedisWire(port);
      if ((await wire.send('ECHO', 'ready')) === 'ready') return wire;
      wire.close();
    } catch {
      // Not listening yet, or still loading its data set.
    }
    await wait(20);
  }
  server.kill('SIGKILL');
  throw new Error(`redis-server did not answer on port ${port} within 5 s`);
};

const parseCounts = (info: RedisReply): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const match of String(info).matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)) {
    const [, name = '', calls = '0'] = match;
    if (!ownCommands.has(name)) counts[name] = Number(calls);
  }
  return counts;
};

/** A MONITOR line: `+1700000000.1 [0 127.0.0.1:5000] "get" "key"`. */
const parseMonitorLine = (line: string): readonly string[] =>
  [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text.replace(/\\(["\\])/g, '$1'));

/** More of `redis-server`'s own settings, as on its command line; `files` are written into its folder first. */
export interface TestRedisOptions {
  readonly settings?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
}

/** Starts a server of its own on a free port; nothing else on the machine is touched. */
export const startRedis = async ({
  settings = [],
  files = {},
}: TestRedisOptions = {}): Promise<TestRedis> => {
  const file = requireProgram('redis-server');
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-redis-'));
  const port = await freePort();
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const launch = (): ChildProcess =>
    spawn(file, [...options, '--dir', folder, ...settings], { stdio: 'ignore', cwd: folder });

  let server = launch();
  // A worker that is ended in the middle of a test must not leave a server behind.
  const killWithProcess = (): void => void server.kill('SIGKILL');
  process.once('exit', killWithProcess);
  let wire = await untilReady(port, server);

  /** A server that changes its role ends its connections. */
  const send: RedisWire['send'] = async (...args) => {
    if (wire.isClosed && isUp()) wire = await openRedisWire(port);
    return wire.send(...args);
  };
  const isUp = (): boolean => server.exitCode === null && server.signalCode === null;
  const end = async (): Promise<void> => {
    wire.close();
    if (!isUp()) return;
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
  };
  const redis: TestRedis = {
    url: `redis://127.0.0.1:${port}`,
    port,
    get pid() {
      return server.pid ?? 0;
    },
    get isUp() {
      return isUp();
    },
    async stop() {
      process.off('exit', killWithProcess);
      await end();
      await rm(folder, { recursive: true, force: true });
    },
    pause: () => void server.kill('SIGSTOP'),
    resume: () => void server.kill('SIGCONT'),
    async kill({ keepData = false } = {}) {
      if (keepData) await send('SAVE');
      await end();
      if (!keepData) await rm(join(folder, 'dump.rdb'), { force: true });
    },
    async restart() {
      await end();
      server = launch();
      wire = await untilReady(port, server);
    },
    async follows(master) {
      const field = async (from: TestRedis, name: string) =>
        new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(String(await from.send('INFO', 'replication')))?.[1];
      const written = Number(await field(master, 'master_repl_offset'));
      const isLinked = (await field(redis, 'master_link_status')) === 'up';
      return isLinked && Number(await field(redis, 'slave_repl_offset')) >= written;
    },
    commandCounts: async () => parseCounts(await send('INFO', 'commandstats')),
    resetCommandCounts: async () => void (await send('CONFIG', 'RESETSTAT')),
    keys: async (pattern = '*') => {
      const reply = await send('KEYS', pattern);
      return Array.isArray(reply) ? reply.map(String).sort() : [];
    },
    flush: async () => void (await send('FLUSHALL')),
    send,
    async monitor() {
      const seen: (readonly string[])[] = [];
      const listener = await openRedisWire(port, (reply) => seen.push(parseMonitorLine(String(reply))));
      await listener.send('MONITOR');
      let marks = 0;
      return {
        async commands() {
          // A mark sent now comes through the monitor after everything before it.
          marks += 1;
          const mark = `monitor-mark-${marks}`;
          await send('ECHO', mark);
          while (!seen.some((command) => command[1] === mark)) await wait(2);
          return seen.filter(([name = '']) => !ownCommands.has(name.toLowerCase()));
        },
        stop: () => listener.close(),
      };
    },
    [Symbol.asyncDispose]: () => redis.stop(),
  };
  return redis;
};
