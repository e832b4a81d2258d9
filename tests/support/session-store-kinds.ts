// Every kind of session store under one contract: opened on a clock that a test moves, spoiled, and broken.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SessionData } from 'express-session';
import { embeddedSessions, memorySessions } from '../../src/embedded.ts';
import type { SessionStores } from '../../src/index.ts';
import { redisSessions } from '../../src/redis.ts';
import { createLifetimes } from '../../src/session/lifetimes.ts';
import type { TestRedis } from './redis.ts';
import { placeOf, type RedisPlace } from './redis-places.ts';

export interface StoreUnderTest extends AsyncDisposable {
  readonly stores: SessionStores;
  readonly now: () => number;
  /** Lets time pass, for the store too. */
  fastForward(seconds: number): Promise<void>;
  /** Every key that is kept, without what the adapter puts before it. */
  keys(): Promise<readonly string[]>;
  /** A second node on the same data; null where there can be only one. */
  open(): SessionStores | null;
  /** Overwrites a stored record from outside; null where nothing can reach it. */
  spoil: ((id: string, text: string) => Promise<void>) | null;
  /** Makes the store unusable. */
  breakDown(): Promise<void>;
}

/** Limits of the sessions in this suite, in seconds. */
export const limits = { idleSeconds: 100, absoluteSeconds: 1000 };
const start = Date.UTC(2026, 0, 1);

/** A session that began at `startedAt`, with something of the app's own in it. */
export const sessionOf = (startedAt: number, extra: Record<string, unknown> = {}): SessionData => {
  const session = {
    cookie: { path: '/', originalMaxAge: null },
    latchkey: { startedAt, subject: 'ada' },
    ...extra,
  };
  return session as unknown as SessionData;
};

const clockAndLifetimes = () => {
  let time = start;
  const now = (): number => time;
  const lifetimes = createLifetimes({ ...limits, clock: now });
  const pass = (seconds: number): void => {
    time += seconds * 1000;
  };
  return { now, lifetimes, pass };
};

/** Redis as one server, that can be killed. */
export const openRedisStore = async (redis: TestRedis): Promise<StoreUnderTest> => ({
  ...(await openRedisPlace(placeOf(redis))),
  breakDown: () => redis.kill(),
});

/** Redis in any of its forms. It keeps its own time, so keys are given less of it. */
export const openRedisPlace = async (redis: RedisPlace): Promise<StoreUnderTest> => {
  await redis.flush();
  const { now, lifetimes, pass } = clockAndLifetimes();
  const open = () => redisSessions(redis.url, { commandTimeoutMs: 1500 })(lifetimes);
  const stores = open();
  const more: SessionStores[] = [stores];
  return {
    stores,
    now,
    async fastForward(seconds) {
      pass(seconds);
      for (const key of await redis.keys()) {
        const left = Number(await redis.sendTo(key, 'PTTL', key)) - seconds * 1000;
        await redis.sendTo(key, 'PEXPIRE', key, String(Math.max(0, Math.trunc(left))));
      }
    },
    keys: async () => (await redis.keys()).map((key) => key.replace(/^latchkey:/, '').replace(/[{}]/g, '')),
    open() {
      const another = open();
      more.push(another);
      return another;
    },
    async spoil(id, text) {
      const key = `latchkey:session:{${id}}`;
      await redis.sendTo(key, 'SET', key, text, 'EX', '100');
    },
    breakDown: async () => redis.pause(),
    async [Symbol.asyncDispose]() {
      // What was let hang is for the next test again.
      redis.resume();
      for (const each of more) await each.close();
    },
  };
};

export const openEmbeddedStore = async (kind: 'file' | 'memory'): Promise<StoreUnderTest> => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-store-'));
  const path = join(folder, 'deep', 'sessions.sqlite');
  const { now, lifetimes, pass } = clockAndLifetimes();
  const open = () => (kind === 'file' ? embeddedSessions(path) : memorySessions())(lifetimes);
  const stores = open();
  const more: SessionStores[] = [stores];
  const withFile = <T>(use: (database: DatabaseSync) => T): T => {
    const database = new DatabaseSync(path);
    try {
      return use(database);
    } finally {
      database.close();
    }
  };
  return {
    stores,
    now,
    fastForward: async (seconds) => pass(seconds),
    keys: async () =>
      kind === 'memory'
        ? []
        : withFile((database) => {
            const kept = 'SELECT key FROM kept WHERE ends_at > :now';
            const indexed = "SELECT DISTINCT 'index:' || key AS key FROM indexed WHERE ends_at > :now";
            const rows = database.prepare(`${kept} UNION ${indexed} ORDER BY key`).all({ now: now() });
            return rows.map((row) => String(row.key));
          }),
    open() {
      if (kind === 'memory') return null;
      const another = open();
      more.push(another);
      return another;
    },
    spoil:
      kind === 'memory'
        ? null
        : async (id, text) =>
            withFile((database) => {
              const write = 'INSERT OR REPLACE INTO kept (key, value, ends_at) VALUES (?, ?, ?)';
              database.prepare(write).run(`session:${id}`, text, now() + 100_000);
            }),
    breakDown: () => stores.close(),
    async [Symbol.asyncDispose]() {
      for (const each of more) await each.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
