// PostgreSQL through pg for kysely: a pool in which everything has a deadline and dead connections are let go.
import { type Dialect, PostgresDialect } from 'kysely';
import pg from 'pg';

const int8 = 20;
/** Time for the server's own answer "too late" to arrive before we stop listening. */
const grace = 500;

/** Numbers come as numbers: times and counts stay far below 2^53. */
const types = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === int8 ? Number : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
};

/**
 * A pool of at most ten connections. Each statement, each wait for a connection and each wait for a lock ends after
 * `timeout` milliseconds.
 */
export function postgresDialect(url: string, timeout: number): Dialect {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'latchkey',
    max: 10,
    connectionTimeoutMillis: timeout,
    statement_timeout: timeout,
    lock_timeout: timeout,
    query_timeout: timeout + grace,
    idle_in_transaction_session_timeout: 4 * timeout,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    types,
  });
  // A connection that ends by itself is replaced by the next query; whoever uses it at that moment is told by theirs.
  const ignore = () => {};
  pool.on('error', ignore);
  pool.on('connect', (client) => void client.on('error', ignore));
  return new PostgresDialect({
    pool: {
      options: pool.options,
      connect: async () => withoutDeadConnections(await pool.connect()),
      end: () => pool.end(),
    },
  });
}

const wrapped = new WeakMap<pg.PoolClient, pg.PoolClient>();

/** A connection on which nothing came in time is not given to the next one: what hangs there would make them wait too. */
function withoutDeadConnections(client: pg.PoolClient): pg.PoolClient {
  const known = wrapped.get(client);
  if (known !== undefined) return known;
  let isDead = false;
  const proxy = new Proxy(client, {
    get(target, name) {
      if (name === 'release') return (error?: Error | boolean) => target.release(error || isDead);
      if (name !== 'query') return Reflect.get(target, name, target);
      return async (text: string, parameters: unknown[]) => {
        try {
          return await target.query(text, parameters);
        } catch (error) {
          // What the server itself refuses has a code; everything else is the connection's own trouble.
          isDead ||= !(error instanceof pg.DatabaseError);
          throw error;
        }
      };
    },
  });
  wrapped.set(client, proxy);
  return proxy;
}
