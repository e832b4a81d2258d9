// The store of audit entries, one suite for every adapter.
import { describe, expect, it } from 'vitest';
import { type AuditEntry, type AuditPage, type AuditStore, memoryAuditStore } from '../../src/machine.ts';
import { directoryWorld } from '../support/directory-kinds.ts';

const directory = directoryWorld();
const adapters: [string, () => Promise<AuditStore>][] = [
  ['memory', async () => memoryAuditStore()],
  ...directory.kinds.map(([name, open]): [string, () => Promise<AuditStore>] => [
    `directory in ${name}`,
    async () => (await open()).audit,
  ]),
];

const start = Date.UTC(2026, 0, 1);
const entry = (id: string, given: Partial<AuditEntry> = {}): AuditEntry => ({
  ...{ id, at: new Date(start).toISOString(), tenant: null, sentBy: null, severity: 'Info', action: 'a' },
  ...{ actor: null, resource: null, description: null, ip: null, data: null },
  ...given,
});
const page = (given: Partial<AuditPage> = {}): AuditPage => ({
  ...{ selection: {}, sortBy: 'at', direction: 'asc', offset: 0, count: 100 },
  ...given,
});
const filled = async (make: () => Promise<AuditStore>, entries: readonly AuditEntry[]) => {
  const store = await make();
  for (const one of entries) await store.add(one);
  const ids = async (given: Partial<AuditPage> = {}) =>
    (await store.list(page(given))).data.map(({ id }) => id);
  return { store, ids };
};

describe.each(adapters)('audit store: %s', (_name, make) => {
  it('gives back what was added, unchanged by what happens to the object later', async () => {
    const data = { nested: { list: [1, null, 'ü"\'; DROP TABLE audits; --'] } };
    const added = entry('1', { tenant: 'acme', actor: 'ada', ip: '::1', data, description: 'line\nline' });
    const { store } = await filled(make, [added]);
    data.nested.list.push('later');
    const [kept] = (await store.list(page())).data;
    expect(kept).toEqual({ ...added, data: { nested: { list: [1, null, 'ü"\'; DROP TABLE audits; --'] } } });
    Object.assign(kept as object, { action: 'forged' });
    expect((await store.list(page())).data[0]?.action).toBe('a');
  });

  it('refuses an id that is there, and keeps the first', async () => {
    const { store } = await filled(make, [entry('1', { action: 'first' })]);
    await expect(store.add(entry('1', { action: 'second' }))).rejects.toThrow();
    const { data, total } = await store.list(page());
    expect([data.map(({ action }) => action), total]).toEqual([['first'], 1]);
  });

  it('is empty before anything was added', async () => {
    const { store } = await filled(make, []);
    expect(await store.list(page())).toEqual({ data: [], total: 0 });
    expect(await store.count({})).toBe(0);
  });

  it.each<[AuditPage['selection'], string[]]>([
    [{}, ['1', '2', '3', '4']],
    [{ tenant: 'acme' }, ['1', '2']],
    [{ tenant: null }, ['4']],
    [{ tenant: 'nobody' }, []],
    [{ severities: ['High', 'Critical'] }, ['2', '3']],
    [{ severities: [] }, []],
    [{ actor: 'ada' }, ['1', '3']],
    [{ actor: 'Ada' }, []],
    [{ action: 'user.deleted' }, ['3']],
    [{ resource: 'user/7' }, ['2']],
    [{ text: 'ADA' }, ['1', '3']],
    [{ text: 'user' }, ['2', '3']],
    [{ text: '100%' }, ['4']],
    [{ text: '%' }, ['4']],
    [{ text: '_' }, []],
    [{ text: "'" }, []],
    [{ text: 'acme' }, []],
    [{ from: start + 1000 }, ['2', '3', '4']],
    [{ to: start + 1000 }, ['1']],
    [{ from: start + 1000, to: start + 3000 }, ['2', '3']],
    [{ tenant: 'acme', text: 'user', severities: ['High'] }, ['2']],
  ])('selects by %j', async (selection, expected) => {
    const at = (seconds: number) => ({ at: new Date(start + seconds * 1000).toISOString() });
    const { store, ids } = await filled(make, [
      entry('1', { ...at(0), tenant: 'acme', actor: 'ada' }),
      entry('2', { ...at(1), tenant: 'acme', severity: 'High', resource: 'user/7' }),
      entry('3', { ...at(2), tenant: 'other', severity: 'Critical', actor: 'ada', action: 'user.deleted' }),
      entry('4', { ...at(3), description: 'Done at 100% today' }),
    ]);
    expect(await ids({ selection })).toEqual(expected);
    expect(await store.count(selection)).toBe(expected.length);
  });

  it.each<[AuditPage['sortBy'], AuditPage['direction'], string]>([
    ['at', 'asc', '3 1 2 4'],
    ['at', 'desc', '4 2 1 3'],
    ['severity', 'asc', '1 3 4 2'],
    ['severity', 'desc', '2 4 3 1'],
    ['actor', 'asc', '2 4 1 3'],
    ['actor', 'desc', '3 1 4 2'],
    ['action', 'asc', '4 1 2 3'],
    ['tenant', 'desc', '4 3 2 1'],
    ['resource', 'asc', '1 2 3 4'],
  ])('sorts by %s %s, and what is equal in the order it came', async (sortBy, direction, expected) => {
    const at = (seconds: number) => ({ at: new Date(start + seconds * 1000).toISOString() });
    const { ids } = await filled(make, [
      entry('1', { ...at(5), actor: 'ada', action: 'b' }),
      entry('2', { ...at(5), severity: 'Critical', action: 'b' }),
      entry('3', { ...at(1), severity: 'Medium', actor: 'ben', action: 'é' }),
      entry('4', { ...at(9), severity: 'Error', actor: 'Zoe', action: 'B' }),
    ]);
    expect((await ids({ sortBy, direction })).join(' ')).toBe(expected);
  });

  it('gives pages that neither overlap nor leave one out, with the whole number beside each', async () => {
    const { store } = await filled(
      make,
      Array.from({ length: 25 }, (_, index) => entry(`e${index}`)),
    );
    const seen: string[] = [];
    for (let offset = 0; offset < 30; offset += 10) {
      const { data, total } = await store.list(page({ offset, count: 10, direction: 'desc' }));
      expect(total).toBe(25);
      seen.push(...data.map(({ id }) => id));
    }
    expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => `e${24 - index}`));
    expect(await store.list(page({ offset: 1000 }))).toEqual({ data: [], total: 25 });
  });

  it('keeps a hundred entries that come at once', async () => {
    const store = await make();
    await Promise.all(Array.from({ length: 100 }, (_, index) => store.add(entry(`e${index}`))));
    expect(await store.count({})).toBe(100);
  });
});

const trails = directory.kinds.map(([name, open]) => [name, async () => (await open()).audit] as const);
it.each(trails)(
  'audit trail in %s: takes many at once, and again without any of them twice',
  async (_name, make) => {
    const trail = await make();
    await trail.addAll([]);
    const batch = Array.from({ length: 200 }, (_, index) => entry(`e${index}`));
    await trail.addAll(batch.slice(0, 100));
    await trail.addAll(batch.map((one) => ({ ...one, action: 'again' })));
    const { data, total } = await trail.list(page({ count: 500 }));
    expect([total, data.map(({ id }) => id)]).toEqual([200, batch.map(({ id }) => id)]);
    expect(data.map(({ action }) => action)).toEqual(batch.map((_, index) => (index < 100 ? 'a' : 'again')));
  },
);

it('audit store: memory stays within its bound, and the oldest give way', async () => {
  const store = memoryAuditStore({ maxEntries: 3 });
  for (let index = 0; index < 10; index += 1) await store.add(entry(`e${index}`));
  expect((await store.list(page())).data.map(({ id }) => id)).toEqual(['e7', 'e8', 'e9']);
});
