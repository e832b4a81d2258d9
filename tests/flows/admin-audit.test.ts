// Administrators and the audit trail: filter, time range, paging, and the file that a spreadsheet opens.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { csvCell } from '../../src/app/admin/audit-csv.ts';
import type { AuditEntry } from '../../src/machine.ts';
import { type AdminWorld, startAdminWorld, textOf } from '../support/admin-world.ts';
import { directoryWorld } from '../support/directory-kinds.ts';

const { stores } = directoryWorld({ keepOpen: true });

describe.each(stores)('the audit trail in %s', (_kind, openStore) => {
  let world: AdminWorld;
  let number = 0;
  const add = (over: Partial<AuditEntry>) => {
    number += 1;
    return world.store.audit.add({
      ...{
        id: `entry-${number}`,
        at: '2026-03-01T12:00:00.000Z',
        tenant: null,
        sentBy: null,
        severity: 'Info',
      },
      ...{ action: 'door.opened', actor: null, resource: null, description: null, ip: null, data: null },
      ...over,
    });
  };
  beforeAll(async () => {
    world = await startAdminWorld({ store: await openStore() });
    // The administrator's own login stands in it, written behind the request.
    await vi.waitFor(async () =>
      expect(await world.store.audit.count({ action: 'login_succeeded' })).toBe(1),
    );
    await world.store.audit.sweep(Number.MAX_SAFE_INTEGER);
    for (let index = 0; index < 120; index += 1) {
      await add({ actor: index % 2 === 0 ? 'ada' : 'ben', at: `2026-03-01T12:${10 + (index % 50)}:00.000Z` });
    }
    await add({ severity: 'Critical', action: 'door.broken', description: '<b>50% off_</b>' });
    await add({ at: '2026-04-05T23:59:00.000Z', action: 'later' });
  });
  afterAll(() => world[Symbol.asyncDispose]());

  const total = async (query: string): Promise<string> => {
    const page = await world.open(world.admin, `/admin/audit?${query}`);
    expect(page.status).toBe(200);
    return /(\d+) entr(?:y|ies)/.exec(textOf(page))?.[1] ?? 'none';
  };
  const linesOf = (body: string) => body.trimEnd().split('\r\n');

  describe('the page', () => {
    it('pages through everything, the newest first', async () => {
      const first = await world.open(world.admin, '/admin/audit');
      expect(textOf(first)).toContain('Page 1 of 3 · 122 entries');
      expect(first.body.indexOf('later')).toBeLessThan(first.body.indexOf('door.opened'));
      const last = await world.open(world.admin, '/admin/audit?page=99');
      expect(textOf(last)).toContain('Page 3 of 3');
      expect(last.body).toContain('href="/admin/audit?page=2"');
    });

    it.each([
      ['severity=Critical', '1'],
      ['actor=ada', '60'],
      ['action=later', '1'],
      ['text=50%25%20off_', '1'],
      ['text=DOOR&severity=Info&actor=', '120'],
      ['from=2026-04-05T00:00&to=2026-04-06T00:00', '1'],
      ['from=2026-04-05', '1'],
      ['to=2026-04-05T23:59', '121'],
    ])('with ?%s has %s', async (query, count) => expect(await total(query)).toBe(count));

    it('says who sent an entry, whom an entry is about by name, and what stands beside it', async () => {
      const { id } = await world.personOf('the-admin');
      const [resource, data] = [`person:${id}`, { keyId: 'k1', before: { permissions: ['p:1', 'p:2'] } }];
      await add({ action: 'readable', sentBy: 'robot', resource, data });
      const page = await world.open(world.admin, '/admin/audit?action=readable');
      expect(textOf(page)).toContain('sent by robot');
      expect(page.body).toContain(`href="/admin/people/${id}"`);
      expect(textOf(page)).toContain('Ada Admin');
      expect(textOf(page)).toContain('keyId: k1');
      expect(textOf(page)).toContain('before: permissions p:1, p:2');
    });

    it('escapes what was sent, and keeps the filter in its links', async () => {
      const page = await world.open(world.admin, '/admin/audit?text=off_&actor=');
      expect(page.body).toContain('&lt;b&gt;50% off_');
      expect(page.body).toContain('href="/admin/audit.csv?text=off_"');
    });

    it.each(['from=yesterday', 'from=2026-13-40', 'severity=Fatal', 'from=2026-04-02&to=2026-04-01'])(
      'does not understand ?%s and says so',
      async (query) => {
        const page = await world.open(world.admin, `/admin/audit?${query}`);
        expect(page.status).toBe(400);
        expect(page.body).toContain('role="alert"');
        expect((await world.open(world.admin, `/admin/audit.csv?${query}`)).status).toBe(400);
      },
    );
  });

  describe('the file', () => {
    it('has everything that the filter selects, in the order it was added', async () => {
      const file = await world.open(world.admin, '/admin/audit.csv?actor=ben');
      expect(file.headers['content-type']).toBe('text/csv; charset=utf-8');
      expect(file.headers['content-disposition']).toMatch(
        /^attachment; filename="?audit-\d{4}-\d\d-\d\d\.csv"?$/,
      );
      expect(file.headers['cache-control']).toContain('no-store');
      const lines = linesOf(file.body);
      expect(lines[0]).toBe('at,severity,action,actor,resource,description,ip,tenant,sentBy,id,data');
      expect(lines).toHaveLength(61);
      expect(lines[1]).toBe('"2026-03-01T12:11:00.000Z","Info","door.opened","ben",,,,,,"entry-2",');
    });

    it.each([
      '=1+1',
      '+1',
      '-1',
      '@SUM(A1)',
      '\ttext',
      '\rtext',
      '\ntext',
      '  =HYPERLINK("http://evil.example")',
      '＝1',
    ])('an attacker who is called %j does not get a formula into a spreadsheet', (text) => {
      expect(csvCell(text)).toBe(`"'${text.replaceAll('"', '""')}"`);
    });

    it.each([
      ['/x;=1+1;', "/x;'=1+1;"],
      ['/x; "=1+1', '/x;\' "=1+1'],
      ['a\n-1+1', "a\n'-1+1"],
      ['\t=1', "'\t'=1"],
      ['{"name":"b\t@SUM(A1)"}', '{"name":"b\t\'@SUM(A1)"}'],
    ])('nor who is called %j, where spreadsheets end a cell at a semicolon', (text, harmless) => {
      expect(csvCell(text)).toBe(`"${harmless.replaceAll('"', '""')}"`);
    });

    it('an attacker does not get out of a cell', async () => {
      const description = 'a","=1"\r\n=2';
      await add({ action: 'quoted', description, data: { name: '"x"' } });
      const { body } = await world.open(world.admin, '/admin/audit.csv?action=quoted');
      expect(body).toContain(`,"a"",""=1""\r\n'=2",`);
      expect(body).toContain('"{""name"":""\\""x\\""""}"');
      expect(csvCell(null)).toBe('');
      expect(csvCell('plain')).toBe('"plain"');
    });

    it('is an error page and no file while the database is away', async () => {
      // The last of these tests: it is not opened again.
      await world.store.close();
      const visit = await world.open(world.admin, '/admin/audit.csv');
      expect(visit.status).toBe(503);
      expect(visit.headers['content-disposition']).toBeUndefined();
    });
  });
});
