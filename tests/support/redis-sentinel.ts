// Starts a real Redis with replicas and sentinels of its own, that fail over within a second or two.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { requireProgram } from './programs.ts';
import { startRedis, type TestRedis, type TestRedisOptions } from './redis.ts';
import { openRedisWire, type RedisReply } from './redis-wire.ts';

export interface TestSentinel extends AsyncDisposable {
  /** `redis+sentinel://…` with every sentinel, their password, and the master's name. */
  readonly url: string;
  /** The servers: the master of the start first, then its replicas. */
  readonly servers: readonly TestRedis[];
  readonly sentinelPorts: readonly number[];
  /** The port of the server that the sentinels hold for the master. */
  masterPort(): Promise<number>;
  killSentinel(index: number): Promise<void>;
  stop(): Promise<void>;
}

export interface TestSentinelOptions {
  readonly replicas?: number;
  readonly sentinels?: number;
  /** Milliseconds without an answer after which a server counts as down. */
  readonly downAfterMs?: number;
  readonly server?: TestRedisOptions;
  /** Another port of the master that the sentinels are to name, such as its TLS port. */
  readonly announcedPort?: number;
  /** More lines for the sentinels' configuration. */
  readonly sentinelSettings?: readonly string[];
}

const name = 'latchkey-tests';
const password = 'for/the@sentinels';

export const until = async (what: string, isSo: () => Promise<boolean>, ms = 10_000): Promise<void> => {
  const deadline = Date.now() + ms;
  while (!(await isSo().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`still not ${what} after ${ms} ms`);
    await wait(20);
  }
};

const startSentinel = async (
  masterPort: number,
  quorum: number,
  downAfterMs: number,
  more: readonly string[],
) => {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-sentinel-'));
  const port = await freePort();
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `requirepass ${password}`,
    `sentinel sentinel-pass ${password}`,
    `sentinel monitor ${name} 127.0.0.1 ${masterPort} ${quorum}`,
    `sentinel down-after-milliseconds ${name} ${downAfterMs}`,
    `sentinel failover-timeout ${name} 4000`,
    ...more,
  ];
  const file = join(folder, 'sentinel.conf');
  await writeFile(file, lines.join('\n'));
  const child: ChildProcess = spawn(requireProgram('redis-server'), [file, '--sentinel'], {
    stdio: 'ignore',
  });
  const killWithProcess = (): void => void child.kill('SIGKILL');
  process.once('exit', killWithProcess);
  const send = async (...args: readonly string[]): Promise<RedisReply> => {
    const wire = await openRedisWire(port);
    try {
      await wire.send('AUTH', password);
      return await wire.send(...args);
    } finally {
      wire.close();
    }
  };
  await until('a sentinel answers', async () => (await send('PING')) === 'PONG');
  return {
    port,
    send,
    async kill() {
      process.off('exit', killWithProcess);
      if (child.exitCode === null && child.signalCode === null) {
        const exited = once(child, 'exit');
        child.kill('SIGKILL');
        await exited;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
};

/** By default one master, one replica and three sentinels, two of which have to agree. */
export const startSentinelRedis = async (options: TestSentinelOptions = {}): Promise<TestSentinel> => {
  const {
    replicas = 1,
    sentinels: count = 3,
    downAfterMs = 400,
    server = {},
    sentinelSettings = [],
  } = options;
  const servers = await Promise.all(Array.from({ length: replicas + 1 }, () => startRedis(server)));
  const [master, ...followers] = servers as [TestRedis, ...TestRedis[]];
  for (const replica of followers) await replica.send('REPLICAOF', '127.0.0.1', String(master.port));
  await master.send('CONFIG', 'SET', 'repl-diskless-sync-delay', '0');
  const quorum = Math.floor(count / 2) + 1;
  const start = () =>
    startSentinel(options.announcedPort ?? master.port, quorum, downAfterMs, sentinelSettings);
  const sentinels = await Promise.all(Array.from({ length: count }, start));
  const dead = new Set<number>();
  const ask = (...args: readonly string[]) => {
    const [, living] = [...sentinels.entries()].find(([index]) => !dead.has(index)) ?? [];
    if (living === undefined) throw new Error('no sentinel is alive');
    return living.send(...args);
  };
  for (const replica of followers) await until('in step', () => replica.follows(master));
  await until('the sentinels know each other and the replicas', async () => {
    const states = await Promise.all(sentinels.map((each) => each.send('SENTINEL', 'MASTER', name)));
    return states.every((state) => {
      const fields = (state as readonly string[]).map(String);
      const field = (wanted: string) => Number(fields[fields.indexOf(wanted) + 1]);
      return field('num-other-sentinels') === count - 1 && field('num-slaves') === replicas;
    });
  });
  const hosts = sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',');
  const test: TestSentinel = {
    url: `redis+sentinel://${hosts}/${name}?sentinel_password=${encodeURIComponent(password)}`,
    servers,
    sentinelPorts: sentinels.map(({ port }) => port),
    masterPort: async () => Number(((await ask('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name)) as string[])[1]),
    async killSentinel(index) {
      dead.add(index);
      await sentinels[index]?.kill();
    },
    async stop() {
      await Promise.all(sentinels.map((each) => each.kill()));
      await Promise.all(servers.map((each) => each.stop()));
    },
    [Symbol.asyncDispose]: () => test.stop(),
  };
  return test;
};
