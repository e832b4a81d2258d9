// What the doctor says about Redis and the database.
import type { DirectoryProbe } from '../../directory.ts';
import type { RedisProbe } from '../../redis.ts';
import { type Check, fail, ok, summedUp, type Trouble, warn } from './check.ts';

/** Milliseconds from which on people notice: a page costs one call of each. */
const slowMs = 50;

/** @param found - null: there is no REDIS_URL */
export function redisCheck(found: RedisProbe | null): Check {
  const name = 'redis';
  if (found === null)
    return ok(name, 'REDIS_URL is not set: sessions live in a file in DATA_DIR, for this machine alone.');
  if (found.kind === 'unreachable') {
    const mend =
      'Start Redis, and check host, port and TLS in REDIS_URL (redis:// or rediss://) and the firewall.';
    return fail(name, `Redis does not answer: ${found.detail}. Nobody can sign in or stay signed in.`, mend);
  }
  if (found.kind === 'refused') return fail(name, `Redis refuses: ${found.detail}.`, mendOf(found.detail));
  const { facts, latencyMs } = found;
  const troubles: Trouble[] = [];
  if (latencyMs > slowMs) {
    const mend = 'Bring Redis nearer to the app, or see what keeps it busy (`redis-cli --latency`, SLOWLOG).';
    troubles.push({
      result: 'warn',
      seen: `Redis takes ${latencyMs.toFixed(0)} ms for one call, and every page waits for one.`,
      mend,
    });
  }
  if (facts === null) {
    return summedUp(
      name,
      troubles,
      `Redis answers in ${latencyMs.toFixed(1)} ms and keeps what is written. It may not say more about itself (INFO).`,
    );
  }
  if (facts.evictionPolicy.startsWith('allkeys-')) {
    const seen = `Redis throws away any key when its memory is full (maxmemory-policy ${facts.evictionPolicy}): people are signed out at random.`;
    troubles.push({
      result: 'warn',
      seen,
      mend: 'Set maxmemory-policy to noeviction, and give sessions a Redis of their own.',
    });
  }
  if (facts.memoryLimit > 0 && facts.memoryUsed > facts.memoryLimit * 0.9) {
    const percent = Math.round((facts.memoryUsed / facts.memoryLimit) * 100);
    troubles.push({
      result: 'warn',
      seen: `Redis uses ${percent} % of its memory.`,
      mend: 'Raise maxmemory.',
    });
  }
  if (facts.lastSaveFailed) {
    troubles.push({
      result: 'warn',
      seen: 'The last snapshot of Redis failed.',
      mend: 'Look into the log of Redis: disk full, or not writable.',
    });
  }
  const kept = facts.appendOnly
    ? 'each change goes to disk'
    : 'changes since the last snapshot are lost when it stops, and their people sign in again';
  return summedUp(
    name,
    troubles,
    `Redis ${facts.version} answers in ${latencyMs.toFixed(1)} ms (maxmemory-policy ${facts.evictionPolicy}; ${kept}).`,
  );
}

function mendOf(detail: string): string {
  if (/WRONGPASS|NOAUTH/.test(detail))
    return 'Check user name and password in REDIS_URL; percent-encode what is special in them.';
  if (/NOPERM/.test(detail))
    return 'Give the user the keys latchkey:* with get, set, del, eval, zrange, zrem and ping (ACL SETUSER).';
  if (/READONLY/.test(detail))
    return 'REDIS_URL leads to a replica: name the primary, or the sentinels with redis+sentinel://.';
  if (/OOM/.test(detail)) return 'Its memory is full: raise maxmemory.';
  if (/MISCONF/.test(detail)) return 'It cannot write its snapshots: look at its disk and its log.';
  return 'Look into the log of Redis.';
}

const mends: Readonly<Record<string, string>> = {
  '28P01': 'Check user name and password in DATABASE_URL.',
  '28000': 'Check user name and TLS in DATABASE_URL, and what pg_hba.conf lets in.',
  '3D000': 'Create the database, or name another one in DATABASE_URL.',
  '42501': 'Give the user the right to read and create tables in its schema.',
};

/** @param isFile - SQLite in DATA_DIR, as there is no DATABASE_URL */
export function databaseCheck(found: DirectoryProbe, isFile: boolean): Check {
  const name = 'database';
  if (found.kind === 'missing')
    return ok(name, 'There is no directory yet: the first start makes it, as SQLite in DATA_DIR.');
  if (found.kind === 'failed') {
    const seen = `The database cannot be used: ${found.detail}.`;
    const other = isFile
      ? 'Check the rights of directory.sqlite in DATA_DIR; restore it from a backup if it is damaged.'
      : 'Start PostgreSQL, and check host, port and sslmode in DATABASE_URL and the firewall.';
    return fail(name, seen, mends[found.code] ?? other);
  }
  const product = found.database === 'postgres' ? 'PostgreSQL' : 'SQLite';
  const troubles: Trouble[] = [];
  if (found.readOnly) {
    const mend = isFile
      ? 'Make directory.sqlite and its folder writable for who runs the app.'
      : 'DATABASE_URL leads to a replica, or to a database that is set read-only: name the primary.';
    troubles.push({ result: 'fail', seen: `${product} takes no changes.`, mend });
  }
  if (found.schema > found.newest) {
    const seen = `The schema has version ${found.schema}; this latchkey knows up to ${found.newest} and does not start.`;
    troubles.push({
      result: 'fail',
      seen,
      mend: 'Run the newer version of latchkey, or restore the backup from before it.',
    });
  }
  if (found.latencyMs > slowMs) {
    troubles.push({
      result: 'warn',
      seen: `${product} takes ${found.latencyMs.toFixed(0)} ms for one call.`,
      mend: 'Bring it nearer to the app, or see what keeps it busy.',
    });
  }
  const answers = `${product} ${found.version} answers in ${found.latencyMs.toFixed(1)} ms`;
  if (found.schema < found.newest && troubles.length === 0) {
    if (found.schema === 0) return ok(name, `${answers}. It is empty: the first start makes the tables.`);
    const seen = `${answers}. Its schema has version ${found.schema}; this latchkey needs ${found.newest}.`;
    return warn(name, seen, 'The next start of latchkey brings it up to date. Back it up before.');
  }
  return summedUp(
    name,
    troubles,
    `${answers}, its schema is current (version ${found.schema}), and it takes changes.`,
  );
}
