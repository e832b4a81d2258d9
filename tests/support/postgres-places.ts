// Places on a running PostgreSQL of the tests: how it is reached, and databases and schemas that are empty.
import pg from 'pg';

export const user = 'latchkey';
export const password = 'p@ss/w:rd';

export const addressOf = (port: number, database = 'postgres'): string =>
  `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;

/** Rows of a statement in that database. */
export const run = async (url: string, statement: string): Promise<readonly Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
};

export const canConnect = async (port: number): Promise<boolean> => {
  const client = new pg.Client({ connectionString: addressOf(port) });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
};

const freshName = (): string => `d${crypto.randomUUID().replaceAll('-', '')}`;

/** The address of an empty schema. */
export const freshSchema = async (port: number, database = 'postgres'): Promise<string> => {
  const name = freshName();
  await run(addressOf(port, database), `create schema ${name}`);
  return `${addressOf(port, database)}?options=-csearch_path%3D${name}`;
};

/** The name of a new database: what locks and statistics are about is its own. */
export const createDatabase = async (port: number): Promise<string> => {
  const name = freshName();
  await run(addressOf(port), `create database ${name}`);
  return name;
};

export const dropDatabase = (port: number, name: string): Promise<unknown> =>
  run(addressOf(port), `drop database ${name} with (force)`);
