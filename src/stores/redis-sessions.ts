// Sessions in Redis: records through connect-redis; vaults, once-keys, locks and the index beside them.
import { RedisStore } from 'connect-redis';
import type { SessionData } from 'express-session';
import type { RecordBackend, SessionLifetimes, SessionStoreFactory } from '../config/session-stores.ts';
import { ConfigurationError } from '../errors.ts';
import { connectRedis, type RedisConnection, type RedisOptions } from './redis-client.ts';
import { redisIndex } from './redis-index.ts';
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
 * Sessions in Redis.
 * @param url - `redis://` or `rediss://`
 */
export function redisSessions(url: string, options: RedisOptions = {}): SessionStoreFactory {
  if (!/^rediss?:\/\//.test(url) || !URL.canParse(url)) {
    // The text is not repeated: it may hold the password.
    const mend = 'Give redis://user:password@host:port, special characters of the password percent-encoded.';
    throw new ConfigurationError([{ name: 'redisSessions', problem: 'was given no Redis URL.', mend }]);
  }
  return (lifetimes) => {
    const redis = connectRedis(url, options);
    const prefix = options.prefix ?? 'latchkey:';
    const keys = keyNames(prefix);
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
          return (await redis.run((client) => client.set(keys.once(key), 'claimed', terms))) === 'OK';
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
          return (await redis.run((client) => client.set(keys.lock(key), owner, terms))) === 'OK';
        },
        async extend(key, owner, leaseMs) {
          const call = { keys: [keys.lock(key)], arguments: [owner, String(leaseMs)] };
          return (await redis.run((client) => client.eval(extendScript, call))) === 1;
        },
        async release(key, owner) {
          const call = { keys: [keys.lock(key)], arguments: [owner] };
          await redis.run((client) => client.eval(releaseScript, call));
        },
      },
      index: redisIndex(redis, prefix),
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
    get: (key: string) => redis.run((client) => client.get(key)),
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
      // connect-redis hands on what parse gives; null means "no such session".
      parse: (text: string) => readSession(text) as SessionData,
    },
  };
  const store = new RedisStore({ client: commands, ...terms });
  const updates = new RedisStore({ client: existingOnly, ...terms });
  const inBraces = (id: string) => `{${id}}`;

  return {
    read: (id) => store.get(inBraces(id)) as Promise<SessionData | null>,
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

interface Expiring {
  readonly expiration: { readonly type: 'EX'; readonly value: number };
}
