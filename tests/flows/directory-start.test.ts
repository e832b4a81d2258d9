// The app with its directory: in the data folder, at an address, with the database away, and with a wrong address.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEnvironment } from '../../src/app/env.ts';
import { createLog } from '../../src/app/log.ts';
import { start } from '../../src/app/run.ts';
import { settingsFrom } from '../../src/app/settings.ts';
import { startFailure } from '../../src/app/start-failure.ts';
import { freePair } from '../support/app-process.ts';
import { freePort } from '../support/free-port.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

let postgres: TestPostgres;
let folder: string;
beforeAll(async () => {
  postgres = await startPostgres();
  folder = mkdtempSync(join(tmpdir(), 'latchkey-directory-app-'));
});
afterAll(async () => {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

const startApp = async (environment: Record<string, string>, lines: string[] = []) => {
  const port = await freePair();
  const log = { write: (line: string) => void lines.push(line) };
  const all = { DATA_DIR: folder, PORT: String(port), ...environment };
  const running = await start(settingsFrom(readEnvironment(all)), createLog('warn', log));
  const ready = async () => {
    const answer = await fetch(`http://localhost:${port}/readyz`);
    const { dependencies } = (await answer.json()) as { dependencies: { name: string; ok: boolean }[] };
    return [answer.status, dependencies.find(({ name }) => name === 'directory')?.ok];
  };
  const home = async () => (await fetch(`http://localhost:${port}/`)).status;
  return { ready, home, [Symbol.asyncDispose]: () => running.stop() };
};

describe('the app', () => {
  it('keeps the directory in the data folder where no address is set', async () => {
    await using app = await startApp({});
    expect(await app.ready()).toEqual([200, true]);
    expect(existsSync(join(folder, 'directory.sqlite'))).toBe(true);
  });

  it.each([
    ['warns of nodes that would each have their own where sessions are shared', {}, 1],
    ['says nothing of it where the directory is shared too', { database: true }, 0],
  ])('%s', async (_title, { database = false }: { database?: boolean }, warnings) => {
    const lines: string[] = [];
    const DATABASE_URL = await postgres.freshDatabase();
    const shared = database ? { DATABASE_URL } : {};
    // Nobody listens there: the start does not wait for Redis.
    const REDIS_URL = `redis://127.0.0.1:${await freePort()}`;
    await using _app = await startApp({ REDIS_URL, ...shared }, lines);
    const found = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'directory_not_shared');
    expect(found).toHaveLength(warnings);
    for (const { level, dataDir, mend } of found) {
      expect([level, dataDir]).toEqual(['warn', folder]);
      expect(mend).toMatch(/set DATABASE_URL/);
    }
  });

  it('starts while PostgreSQL is away, says so, and is ready when it is back', async () => {
    const DATABASE_URL = await postgres.freshDatabase();
    await postgres.kill();
    let isBack = false;
    try {
      await using app = await startApp({ DATABASE_URL });
      expect(await app.ready()).toEqual([503, false]);
      expect(await app.home()).toBe(200);
      await postgres.restart();
      isBack = true;
      expect(await app.ready()).toEqual([200, true]);
    } finally {
      // A second try, and the tests after this one, need it.
      if (!isBack) await postgres.restart();
    }
    const tables = await postgres.run(DATABASE_URL, 'select version from latchkey_schema');
    expect(tables).toEqual([{ version: 1 }]);
  });

  it('does not start with a refused password, and shows no password', async () => {
    const DATABASE_URL = (await postgres.freshDatabase()).replace('p%40ss', 'hunter2');
    const failure = await startApp({ DATABASE_URL }).then(() => null, startFailure);
    expect(failure?.status).toBe(78);
    expect(failure?.words).toMatch(/DATABASE_URL: cannot be used.*Check user name and password/);
    expect(failure?.words).not.toMatch(/hunter2|w:rd|w%3Ard/);
  });
});
