// 100,000 people in PostgreSQL: list, search, each order and deep pages read indexes alone. The plan says so, not the time.
import { Kysely } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pageQuery, totalQuery } from '../../src/directory/list-people.ts';
import { postgresDialect } from '../../src/directory/postgres-dialect.ts';
import type { Tables } from '../../src/directory/schema.ts';
import { auditPageQuery } from '../../src/directory/sql-audit.ts';
import { openDirectory, type PeoplePage } from '../../src/directory.ts';
import { openSharedPostgres, type SharedPostgres } from '../support/postgres-of-the-run.ts';

let postgres: SharedPostgres;
let database: Kysely<Tables>;
const people = `insert into latchkey_people select 'id' || n, 'https://op.example', 'subject' || n,
  case when n % 3 = 0 then 'user' || n end, 'Name ' || md5(n::text), md5(n::text) || '@example.com',
  '["read"]', '[]', '{"about":"' || repeat('x', 200) || '"}', 0, n, n, n % 1000,
  'name ' || md5(n::text), case when n % 3 = 0 then 'user' || n else '' end, md5(n::text) || '@example.com',
  'subject' || n from generate_series(1, 100000) n`;
const audits = `insert into latchkey_audit (id, at, at_ms, tenant, severity, action, actor, searched, description)
  select 'e' || n, '2026-01-01T00:00:00.000Z', n, null, n % 5, 'action' || n % 50, 'actor' || n % 5000,
  'text', repeat('y', 200) from generate_series(1, 100000) n`;

beforeAll(async () => {
  postgres = await openSharedPostgres();
  const url = await postgres.freshDatabase();
  await (await openDirectory({ url })).close();
  await postgres.run(url, people);
  await postgres.run(url, audits);
  // As autovacuum does it on a running server.
  await postgres.run(url, 'vacuum analyze latchkey_people');
  await postgres.run(url, 'vacuum analyze latchkey_audit');
  database = new Kysely<Tables>({ dialect: postgresDialect(url, 10_000) });
  // Two hundred thousand rows take a busy machine a while.
}, 60_000);
afterAll(async () => {
  await database.destroy();
  await postgres.stop();
});

const planOf = async (query: { explain(format: 'json'): Promise<unknown[]> }): Promise<string> =>
  JSON.stringify(await query.explain('json'));
const searches = ['', 'name 5', 'n', 'subject9', 'user', 'ab', 'nobody is called that'];
const sorts: readonly PeoplePage['sort'][] = ['name', 'username', 'email', 'createdAt', 'lastLoginAt'];
const pages = searches.flatMap((search) =>
  sorts.flatMap((sort) => [0, 50_000, 99_950].map((offset) => [search, sort, offset] as const)),
);

describe('with 100,000 people', () => {
  it.each(pages)(
    'a page of those with %j by %s from %d reads indexes alone',
    async (search, sort, offset) => {
      for (const direction of ['asc', 'desc'] as const) {
        const plan = await planOf(pageQuery(database, { search, sort, direction, offset, count: 25 }));
        expect(plan).toContain('Index');
        expect(plan, direction).not.toMatch(/"Seq Scan"[^}]*latchkey_people/);
      }
    },
  );

  it.each(searches)('how many there are with %j is read from indexes', async (search) => {
    const plan = await planOf(totalQuery(database, search));
    expect(plan).toContain('Index Only Scan');
    expect(plan).not.toContain('Seq Scan');
  });

  it('the guard of the last administrator and a user name are looked up by an index', async () => {
    const held = database.selectFrom('latchkey_permissions').selectAll().where('permission', '=', 'admin');
    expect(await planOf(held)).toMatch(/Index|Bitmap/);
    const named = database.selectFrom('latchkey_people').select('id').where('username_key', '=', 'user3');
    expect(await planOf(named)).not.toContain('Seq Scan');
  });
});

describe('with 100,000 audit entries', () => {
  it.each(['at', 'severity', 'actor', 'action'] as const)(
    'the first page by %s comes from an index',
    async (sortBy) => {
      for (const direction of ['asc', 'desc'] as const) {
        const page = { selection: {}, sortBy, direction, offset: 0, count: 50 };
        const plan = await planOf(auditPageQuery(database, 'postgres', page));
        expect(plan).toContain(`latchkey_audit_by_${sortBy === 'at' ? 'at_ms' : sortBy}`);
        expect(plan).not.toMatch(/"Seq Scan"|"Node Type":"Sort"/);
      }
    },
  );

  it.each([{ actor: 'actor7' }, { action: 'action7', from: 99_000 }, { from: 99_500, to: 99_900 }])(
    'those with %j are found by an index',
    async (selection) => {
      const page = { selection, sortBy: 'at', direction: 'desc', offset: 0, count: 50 } as const;
      expect(await planOf(auditPageQuery(database, 'postgres', page))).not.toContain('Seq Scan');
    },
  );
});
