// Somebody stays administrator, also when several are demoted at the same moment from several nodes.
import { describe, expect, it } from 'vitest';
import type { DirectoryStore, PersonChange } from '../../src/directory.ts';
import { directoryWorld } from '../support/directory-kinds.ts';

const { kinds, databases, open } = directoryWorld();
const admin = (username: string) => ({ username, permissions: ['admin', 'read'], roles: [] });
const demotions: [string, PersonChange | null][] = [
  ['loses the permission', { permissions: ['read'] }],
  ['is disabled', { disabled: true }],
  ['is deleted', null],
];
const demote = (store: DirectoryStore, id: string, change: PersonChange | null) =>
  change === null ? store.people.remove(id, 'admin') : store.people.change(id, change, 'admin', 9);

describe.each(kinds)('AD-12b: the last administrator in %s', (_kind, make) => {
  it.each(demotions)('stays when it %s, and nothing of the change is done', async (_what, change) => {
    const store = await make();
    const ada = await store.people.create(admin('ada'), 1);
    const off = await store.people.create(admin('off'), 1);
    await store.people.change(off.id, { disabled: true }, 'admin', 2);
    await store.people.create({ ...admin('eve'), permissions: ['admin2', 'ADMIN'] }, 1);
    await expect(demote(store, ada.id, change)).rejects.toMatchObject({ code: 'last_admin', status: 409 });
    expect(await store.people.find(ada.id)).toEqual(ada);
    expect(await demote(store, off.id, change)).not.toBe(false);
    await store.people.create(admin('bob'), 1);
    await demote(store, ada.id, change);
    expect(await store.people.find(ada.id)).not.toEqual(ada);
  });

  it('may be changed in everything else', async () => {
    const { people } = await make();
    const { id } = await people.create(admin('ada'), 1);
    const change = { permissions: ['write', 'admin'], name: 'Ada', disabled: false };
    expect(await people.change(id, change, 'admin', 2)).toMatchObject(change);
  });
});

describe.each(databases)('AD-12b: administrators in %s', (_kind, place) => {
  it.each(demotions)(
    'are not all gone when each %s at the same moment on another node',
    async (_what, change) => {
      const where = await place();
      const nodes = await Promise.all(Array.from({ length: 4 }, () => open(where)));
      const [first] = nodes;
      const ids = await Promise.all(
        Array.from(
          { length: 8 },
          async (_, index) => (await first?.people.create(admin(`a${index}`), 1))?.id ?? '',
        ),
      );
      const settled = await Promise.allSettled(
        ids.map((id, index) => demote(nodes[index % 4] as DirectoryStore, id, change)),
      );
      const refusals = settled.filter((one) => one.status === 'rejected').map((one) => one.reason.code);
      expect(refusals).toEqual(['last_admin']);
      const { people } = (await first?.people.list({
        ...{ search: '', sort: 'name', direction: 'asc', offset: 0, count: 25 },
      })) ?? { people: [] };
      expect(
        people.filter(({ disabled, permissions }) => !disabled && permissions.includes('admin')),
      ).toHaveLength(1);
    },
  );
});
