// Sessions in Redis: records through connect-redis; vaults, once-keys, locks and the index beside them.
import { RedisStore } from 'connect-redis';
import type { SessionData } from 'express-session';
import type { RecordBackend, SessionLifetimes, SessionStoreFactory } from '../config/session-stores.ts';
import { randomToken } from '../crypto/random.ts';
import { redisAt } from './redis-at.ts';
import type { RedisConnection, RedisOptions } from './redis-client.ts';
import { redisIndex } from './redis-index.ts';
import { redisRates } from './redis-rates.ts';
import { extendScript, releaseScript, renewScript, touchScript, updateScript } from './redis-scripts.ts';
import { readSession, stampOf, writePart, writeSession } from './stored-session.ts';
import { readVault, writeVault } from './stored-vault.ts';

interface Keys {
  readonly recordPrefix: string;
  record(id: string): string;
  vault(id: string): string;
  once(key: string): string;
  lock(key: string): string;
}

/**
 * Sessions in Redis: one server, Sentinel or Cluster, each also with TLS.
 * @param url - `redis://…`, `redis+sentinel://host,host/master-name` or `redis+cluster://host,host`; `rediss…` for TLS
 * @throws ConfigurationError with everything that is wrong with the URL; it never repeats any part of it
 */
export function redisSessions(url: string, options: RedisOptions = {}): SessionStoreFactory {
  const connect = redisAt('redisSessions', url, options);
  return (lifetimes) => {
    const redis = connect();
    const prefix = options.prefix ?? 'latchkey:';
    const keys = keyNames(prefix);
    const extend = async (key: string, owner: string, leaseMs: number): Promise<boolean> => {
      const call = { keys: [keys.lock(key)], arguments: [owner, String(leaseMs)] };
      return (await redis.run((client) => client.eval(extendScript, call))) === 1;
    };
    return {
      kind: 'redis',
      records: recordBackend(redis, keys, lifetimes),
      vault: {
        read: async (id) => readVault(await redis.run((client) => client.get(keys.vault(id)))),
        async write(id, sealed, seconds) {
          const expiration = { type: 'EX', value: seconds } as const;
          const text = writeVault({ version: 0, sealed });
          await redis.run((client) => client.set(keys.vault(id), text, { expiration }));
        },
        async remove(id) {
          await redis.run((client) => client.del(keys.vault(id)));
        },
      },
      once: {
        async claim(key, seconds) {
          const terms = { condition: 'NX', expiration: { type: 'EX', value: seconds } } as const;
          // A text of this call alone: found there, it was set by a first copy whose answer was lost.
          const mine = `claimed ${randomToken(12)}`;
          if ((await redis.run((client) => client.set(keys.once(key), mine, terms))) === 'OK') return true;
          return (await redis.run((client) => client.get(keys.once(key)))) === mine;
        },
        async finish(key, seconds) {
          const expiration = { type: 'EX', value: seconds } as const;
          await redis.run((client) => client.set(keys.once(key), 'finished', { expiration }));
        },
        isFinished: async (key) => (await redis.run((client) => client.get(keys.once(key)))) === 'finished',
      },
      locks: {
        async take(key, owner, leaseMs) {
          const terms = { condition: 'NX', expiration: { type: 'PX', value: leaseMs } } as const;
          if ((await redis.run((client) => client.set(keys.lock(key), owner, terms))) === 'OK') return true;
          return extend(key, owner, leaseMs);
        },
        extend,
        async release(key, owner) {
          const call = { keys: [keys.lock(key)], arguments: [owner] };
          await redis.run((client) => client.eval(releaseScript, call));
        },
      },
      index: redisIndex(redis, prefix),
      rates: redisRates(redis, prefix),
      async ping() {
        await redis.run((client) => client.ping());
      },
      close: () => redis.close(),
    };
  };
}

/** The braces put all keys of one session into the same Cluster hash slot. */
function keyNames(prefix: string): Keys {
  const recordPrefix = `${prefix}session:`;
  return {
    recordPrefix,
    record: (id) => `${recordPrefix}{${id}}`,
    vault: (id) => `${prefix}vault:{${id}}`,
    once: (key) => `${prefix}once:{${key}}`,
    lock: (key) => `${prefix}lock:{${key}}`,
  };
}

function recordBackend(redis: RedisConnection, keys: Keys, lifetimes: SessionLifetimes): RecordBackend {
  const idOf = (key: string) => key.slice(keys.recordPrefix.length + 1, -1);
  const commands = {
    set: (key: string, value: string, terms: Expiring) =>
      redis.run((client) => client.set(key, value, terms)),
    del: (names: string[]) => redis.run((client) => client.del(names)),
    expire: (key: string, seconds: number) =>
      redis.run((client) =>
        client.eval(touchScript, {
          keys: [key, keys.vault(idOf(key))],
          arguments: [String(seconds), stampOf(lifetimes.now())],
        }),
      ),
  };
  const existingOnly = {
    ...commands,
    set: (key: string, value: string, { expiration }: Expiring) =>
      redis.run((client) =>
        client.eval(updateScript, {
          keys: [key, keys.vault(idOf(key))],
          arguments: [value, String(expiration.value)],
        }),
      ),
  };
  const terms = {
    prefix: keys.recordPrefix,
    ttl: (session: SessionData) => lifetimes.secondsLeft(session),
    serializer: {
      stringify: (session: SessionData) => writeSession(session, lifetimes.now()),
      parse: (text: string) => readSession(text) as SessionData,
    },
  };
  const store = new RedisStore({ client: commands, ...terms });
  const updates = new RedisStore({ client: existingOnly, ...terms });
  const inBraces = (id: string) => `{${id}}`;

  return {
    // The one command of a page view goes without connect-redis in between: two promises less.
    read: (id) => {
      const key = keys.record(id);
      return redis.run((client) => client.get(key)).then(readRecord);
    },
    insert: (id, session) => store.set(inBraces(id), session) as Promise<void>,
    update: (id, session) => updates.set(inBraces(id), session) as Promise<void>,
    async renew(id, { latchkey, sealed, version }) {
      const call = {
        keys: [keys.record(id), keys.vault(id)],
        arguments: [writePart(latchkey), sealed, String(version)],
      };
      return (await redis.run((client) => client.eval(renewScript, call))) === 1;
    },
    touch: (id, session) => store.touch(inBraces(id), session) as Promise<void>,
    remove: (id) => store.destroy(inBraces(id)) as Promise<void>,
  };
}

function readRecord(text: string | null): SessionData | null {
  return text === null ? null : readSession(text);
}

interface Expiring {
  readonly expiration: { readonly type: 'EX'; readonly value: number };
}
