// A database of its own for a file of tests, on the server that all files share. It cannot be killed or restarted.
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { inject } from 'vitest';
import type { TestPostgres } from './postgres.ts';
import type {} from './postgres-once-a-run.ts';
import { createDatabase, dropDatabase, freshSchema, run } from './postgres-places.ts';

export type SharedPostgres = Omit<TestPostgres, 'kill' | 'restart'>;

/** The first to ask waits until the server has started. */
export const openSharedPostgres = async (): Promise<SharedPostgres> => {
  const socket = connect(inject('postgresSocket'));
  await once(socket, 'connect');
  const { port, failure } = JSON.parse(await text(socket)) as { port: number; failure?: string };
  if (failure !== undefined) throw new Error(failure);
  const database = await createDatabase(port);
  return {
    port,
    freshDatabase: () => freshSchema(port, database),
    run,
    async stop() {
      await dropDatabase(port, database);
    },
  };
};
