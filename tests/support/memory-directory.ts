// A directory in memory that keeps the rules of the ports: for tests of what is built on them.
import type { AuditEntry } from '../../src/config/audit-entry.ts';
import type { AuditSelection, AuditTrail } from '../../src/config/audit-store.ts';
import type { DirectoryStore } from '../../src/directory/directory-store.ts';
import { rightsOfKey } from '../../src/directory/key-rights.ts';
import { localIssuer } from '../../src/directory/person.ts';
import { memoryApiKeys } from '../../src/embedded.ts';
import { memoryAuditStore } from '../../src/machine.ts';
import { memoryCredentials } from './memory-credentials.ts';
import { type MemoryPeople, memoryPeople } from './memory-people.ts';

/** An empty directory. `isAway` makes it answer as a database that cannot be reached. */
export const memoryDirectory = (isAway: () => boolean = () => false): DirectoryStore => {
  const keys = memoryApiKeys();
  const gone = new Set<string>();
  const ownerName = (owner: { issuer: string; subject: string }) =>
    JSON.stringify([owner.issuer, owner.subject]);
  const people = memoryPeople(isAway, async (person) => {
    for (const { id } of await keys.list(person)) gone.add(id);
  });
  const withRights = async (record: Awaited<ReturnType<typeof keys.find>>) => {
    if (record === null || gone.has(record.id)) return null;
    const person = record.owner === null ? undefined : people.byKey(ownerName(record.owner));
    if (person === undefined) return record.owner?.issuer === localIssuer ? null : record;
    return { ...record, ...rightsOfKey(record, person) };
  };
  return {
    kind: 'sqlite',
    people,
    ...memoryCredentials(people),
    apiKeys: {
      ...keys,
      async find(digest) {
        await people.answer();
        const record = await withRights(await keys.find(digest));
        const person = record?.owner ? people.byKey(ownerName(record.owner)) : undefined;
        if (record === null || !person?.disabled) return record;
        return { ...record, revokedAt: record.revokedAt ?? person.updatedAt };
      },
      async list(owner) {
        await people.answer();
        const all = await Promise.all((await keys.list(owner)).map(withRights));
        return all.filter((record) => record !== null);
      },
      revoke: async (id, at) => (gone.has(id) ? null : keys.revoke(id, at)),
    },
    audit: memoryAuditTrail(people.answer),
    ping: people.answer,
    close: async () => {},
  };
};

const memoryAuditTrail = (answer: MemoryPeople['answer']): AuditTrail => {
  let store = memoryAuditStore({ maxEntries: Number.MAX_SAFE_INTEGER });
  const everything = async (selection: AuditSelection): Promise<readonly AuditEntry[]> => {
    const added = new Map<string, AuditEntry>();
    for (const entry of kept) added.set(entry.id, entry);
    const page = { selection, sortBy: 'at', direction: 'asc', offset: 0, count: 1e9 } as const;
    const chosen = new Set((await store.list(page)).data.map(({ id }) => id));
    return [...added.values()].filter(({ id }) => chosen.has(id));
  };
  let kept: AuditEntry[] = [];
  return {
    async add(entry) {
      await answer();
      await store.add(entry);
      kept.push(structuredClone(entry));
    },
    async addAll(entries) {
      await answer();
      for (const entry of entries) {
        if (kept.some(({ id }) => id === entry.id)) continue;
        await store.add(entry);
        kept.push(structuredClone(entry));
      }
    },
    list: (page) => answer().then(() => store.list(page)),
    count: (selection) => answer().then(() => store.count(selection)),
    async *all(selection) {
      await answer();
      yield* structuredClone(await everything(selection));
    },
    async sweep(before) {
      await answer();
      const young = kept.filter(({ at }) => Date.parse(at) >= before);
      const removed = kept.length - young.length;
      store = memoryAuditStore({ maxEntries: Number.MAX_SAFE_INTEGER });
      for (const entry of young) await store.add(entry);
      kept = young;
      return removed;
    },
  };
};
