// Looks at a Redis as `latchkey doctor` does: whether it answers, keeps what is written, and forgets nothing by itself.
import { redisAt } from './redis-at.ts';

/** What was found. */
export type RedisProbe =
  | {
      readonly kind: 'good';
      /** Null: it may not say, by its access rules. */
      readonly facts: RedisFacts | null;
      /** Milliseconds of the quickest of five calls: what keeps this process busy is no delay of Redis. */
      readonly latencyMs: number;
    }
  /** It answers, and what is needed cannot be done: wrong login, a replica, access rules, full. */
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'unreachable'; readonly detail: string };

/** What the server says about itself. */
export interface RedisFacts {
  readonly version: string;
  /** `noeviction` and the like. */
  readonly evictionPolicy: string;
  /** Bytes; 0: no limit. */
  readonly memoryLimit: number;
  readonly memoryUsed: number;
  /** Whether it writes each change to disk. */
  readonly appendOnly: boolean;
  /** Whether it takes snapshots to disk: changes since the last one that wait for the next. */
  readonly lastSaveFailed: boolean;
}

/** As text of the server: what begins so is an answer, and no outage. */
const answered = /\b(?:WRONGPASS|NOAUTH|NOPERM|READONLY|MISCONF|OOM|ERR|LOADING|MASTERDOWN|CLUSTERDOWN)\b/;

/**
 * Asks. It never rejects for what it finds.
 * @param url - as for `redisSessions`
 * @throws ConfigurationError with everything that is wrong with the URL; it never repeats any part of it
 */
export async function probeRedis(url: string, { timeoutMs = 2000 } = {}): Promise<RedisProbe> {
  let why = '';
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  const onError = (error: Error) => {
    if (why === '' || answered.test(error.message)) why = wordsOf(error);
    // Behind sentinels and in a cluster another one may answer; one server is not waited for.
    if (/^rediss?:/.test(url)) failed.reject(error);
  };
  const redis = redisAt('redisSessions', url, { commandTimeoutMs: timeoutMs, onError })();
  const key = 'latchkey:doctor';
  const call = { keys: [key], arguments: [] };
  try {
    const expiration = { type: 'PX', value: 1000 } as const;
    await Promise.race([redis.run((client) => client.set(key, '1', { expiration })), failed.promise]);
    const times: number[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      const startedAt = performance.now();
      await redis.run((client) => client.get(key));
      times.push(performance.now() - startedAt);
    }
    // By a script, which a cluster takes to one of its nodes and which is how sessions are written too.
    await redis.run((client) => client.eval('return 1', call));
    const info = await redis
      .run((client) => client.eval("return redis.call('INFO')", call))
      .catch(() => null);
    const latencyMs = Math.min(...times);
    return { kind: 'good', latencyMs, facts: info === null ? null : factsIn(String(info)) };
  } catch (thrown) {
    const said = wordsOf(thrown).replace(/^Redis: /, '');
    const detail = why === '' || answered.test(said) ? said : why;
    return { kind: answered.test(detail) ? 'refused' : 'unreachable', detail };
  } finally {
    await redis.close();
  }
}

function factsIn(info: string): RedisFacts {
  const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
  return {
    version: field('redis_version') || 'unknown',
    evictionPolicy: field('maxmemory_policy') || 'unknown',
    memoryLimit: Number(field('maxmemory')) || 0,
    memoryUsed: Number(field('used_memory')) || 0,
    appendOnly: field('aof_enabled') === '1',
    lastSaveFailed: field('rdb_last_bgsave_status') === 'err',
  };
}

function wordsOf(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.message === '') return thrown.errors.map(wordsOf).join(', ');
  return thrown instanceof Error ? thrown.message.slice(0, 200) : 'unknown failure';
}
