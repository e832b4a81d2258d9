// One PostgreSQL for all files of a run: started when the first of them asks for it, ended with the run.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startPostgres, type TestPostgres } from './postgres.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Whoever connects there is told the port of the server, or why there is none. */
    readonly postgresSocket: string;
  }
}

/** Run by vitest before the files of a project. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-postgres-socket-'));
  const socket = join(folder, 'ask');
  let started: Promise<TestPostgres> | undefined;
  const server = createServer((asking) => {
    asking.on('error', () => {});
    started ??= startPostgres();
    started.then(
      ({ port }) => asking.end(JSON.stringify({ port })),
      (error: unknown) => asking.end(JSON.stringify({ failure: String(error) })),
    );
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  provide('postgresSocket', socket);
  return async () => {
    server.close();
    await started?.then(
      (postgres) => postgres.stop(),
      () => {},
    );
    rmSync(folder, { recursive: true, force: true });
  };
}
