// The directory starts: alone, together with others, on a newer schema, with a wrong address, without its database.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Kysely, sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { migrate } from '../../src/directory/migrate.ts';
import { type Migration, migrations } from '../../src/directory/migrations.ts';
import { postgresDialect } from '../../src/directory/postgres-dialect.ts';
import type { Tables } from '../../src/directory/schema.ts';
import { sqliteDialect } from '../../src/directory/sqlite-dialect.ts';
import { type DirectoryOptions, databaseUrlProblems, openDirectory } from '../../src/directory.ts';
import { directoryWorld } from '../support/directory-kinds.ts';
import { openTogether } from '../support/directory-process.ts';

const { databases, open, postgres } = directoryWorld();
const freshFile = async () => {
  const [, place] = databases[0];
  return (await place()).file;
};
const databaseAt = ({ url, file = '' }: DirectoryOptions) =>
  new Kysely<Tables>({ dialect: url === undefined ? sqliteDialect(file, 2000) : postgresDialect(url, 2000) });
const versions = async (where: DirectoryOptions): Promise<readonly number[]> => {
  const database = databaseAt(where);
  const rows = await database.selectFrom('latchkey_schema').select('version').execute();
  await database.destroy();
  return rows.map(({ version }) => version);
};

describe.each(databases)('a directory in %s', (kind, place) => {
  it('is migrated once by processes that start together, and takes many logins at once from each', async () => {
    const where = await place();
    expect(await openTogether(where, 3)).toEqual(['opened', 'opened', 'opened']);
    expect(await versions(where)).toEqual([1]);
    expect(await (await open(where)).people.count()).toBe(3 + 10);
  });

  it('is migrated once by connections of one process that start together', async () => {
    const where = await place();
    const stores = await Promise.all(Array.from({ length: 5 }, () => open(where)));
    await Promise.all(
      stores.map((store, index) =>
        store.people.create({ username: `p${index}`, permissions: [], roles: [] }, 1),
      ),
    );
    expect(await versions(where)).toEqual([1]);
    expect(await stores[0]?.people.count()).toBe(5);
  });

  it('lets everybody who migrates at once through, the second time too', async () => {
    const where = await place();
    const several = Array.from({ length: 6 }, () => databaseAt(where));
    const word = kind === 'SQLite' ? 'sqlite' : 'postgres';
    for (const _ of [1, 2]) await Promise.all(several.map((database) => migrate(database, word, () => 1)));
    await Promise.all(several.map((database) => database.destroy()));
    expect(await versions(where)).toEqual([1]);
  });

  it('keeps what is in it when it is opened again', async () => {
    const where = await place();
    const first = await open(where);
    const ada = await first.people.create({ username: 'ada', permissions: ['p'], roles: [] }, 1);
    await first.close();
    expect(await (await open(where)).people.find(ada.id)).toEqual(ada);
    await expect(first.people.count()).rejects.toMatchObject({ code: 'store_unavailable' });
    await first.close();
  });

  it('that a newer version has migrated is refused, and left as it is', async () => {
    const where = await place();
    await (await open(where)).close();
    const database = databaseAt(where);
    await database.insertInto('latchkey_schema').values({ version: 7, applied_at: 1 }).execute();
    await database.destroy();
    await expect(openDirectory(where)).rejects.toMatchObject({ code: 'configuration_invalid' });
    await expect(openDirectory(where)).rejects.toThrow(/version 7.*knows up to 1.*Run the newer version/s);
    expect(await versions(where)).toEqual([1, 7]);
  });

  it('has nothing of a migration that failed, and gets on where it was', async () => {
    const where = await place();
    const word = kind === 'SQLite' ? 'sqlite' : 'postgres';
    const failing: Migration = () => ['create table latchkey_new (id integer)', 'create table broken (('];
    const database = databaseAt(where);
    await expect(migrate(database, word, () => 1, [...migrations, failing])).rejects.toThrow();
    await expect(sql`select * from latchkey_new`.execute(database)).rejects.toThrow();
    await expect(sql`select * from latchkey_people`.execute(database)).rejects.toThrow();
    await migrate(database, word, () => 1);
    await expect(migrate(database, word, () => 1, [...migrations, failing])).rejects.toThrow();
    await expect(sql`select * from latchkey_new`.execute(database)).rejects.toThrow();
    await database.destroy();
    expect(await versions(where)).toEqual([1]);
  });
});

describe('a directory in a file', () => {
  it('is for the eyes of its owner alone', async () => {
    const file = await freshFile();
    await open({ file });
    for (const path of [file, `${file}-wal`]) expect(statSync(path).mode & 0o777, path).toBe(0o600);
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
  });

  it('that is none is refused, and not touched', async () => {
    const file = await freshFile();
    await (await open({ file })).close();
    writeFileSync(file, 'this is no database, and long enough to be looked at as one'.repeat(20));
    const before = readFileSync(file);
    await expect(openDirectory({ file })).rejects.toThrow(/not a database/);
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(existsSync(file)).toBe(true);
  });
});

describe('the address of a directory', () => {
  it.each([
    'secret',
    'http://u:secret@host/db',
    'postgres://u:secret@host',
    'postgres://u:secret@host/',
    'postgres:///secret',
    'postgres://u:secret%@host/db',
    'postgres://u:secret/x@host/db',
  ])('is refused with its mend and without the password (%#)', async (url) => {
    expect(databaseUrlProblems(url).length).toBeGreaterThan(0);
    const refused = openDirectory({ url });
    await expect(refused).rejects.toMatchObject({ code: 'configuration_invalid' });
    await expect(refused).rejects.not.toThrow(/secret/);
    await expect(refused).rejects.toThrow(/Write (it|a %)/);
  });

  it('with a wrong password or a database that is not there stops the start', async () => {
    const url = await postgres().freshDatabase();
    await expect(openDirectory({ url: url.replace('p%40ss', 'wrong') })).rejects.toThrow(
      /Check user name and password/,
    );
    await expect(openDirectory({ url: url.replace(/\/d[0-9a-f]+\?/, '/nowhere?') })).rejects.toThrow(
      /Create the database/,
    );
    await expect(openDirectory({ url: url.replace('p%40ss', 'wrong') })).rejects.not.toThrow(
      /wrong|w:rd|w%3Ard/,
    );
  });
});
