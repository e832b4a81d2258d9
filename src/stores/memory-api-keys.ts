// API keys in the memory of this process: gone with it. For tests and trials.
import type { ApiKeyOwner, ApiKeyRecord, ApiKeyStore } from '../config/api-key-store.ts';
import { LatchkeyError } from '../errors.ts';

/** API keys in memory. */
export function memoryApiKeys(): ApiKeyStore {
  const byDigest = new Map<string, ApiKeyRecord>();
  const digests = new Map<string, string>();

  const change = (id: string, how: (record: ApiKeyRecord) => ApiKeyRecord): string | null => {
    const digest = digests.get(id);
    const record = digest === undefined ? undefined : byDigest.get(digest);
    if (digest === undefined || record === undefined) return null;
    byDigest.set(digest, how(record));
    return digest;
  };
  return {
    find: async (digest) => structuredClone(byDigest.get(digest) ?? null),
    async insert(digest, record) {
      if (byDigest.has(digest) || digests.has(record.id)) {
        throw new LatchkeyError('store_unavailable', { detail: 'API keys: the key is there already' });
      }
      // A copy: what the caller does with its lists later is no change of the key.
      byDigest.set(digest, structuredClone(record));
      digests.set(record.id, digest);
    },
    list: async (owner) =>
      [...byDigest.values()]
        .filter((record) => isSame(record.owner, owner))
        .sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
        .map((record) => structuredClone(record)),
    revoke: async (id, at) => change(id, (record) => ({ ...record, revokedAt: record.revokedAt ?? at })),
    async noteUse(id, at) {
      change(id, (record) => ({ ...record, lastUsedAt: Math.max(record.lastUsedAt ?? at, at) }));
    },
    ping: async () => {},
    close: async () => {},
  };
}

function isSame(a: ApiKeyOwner | null, b: ApiKeyOwner | null): boolean {
  return a === null || b === null ? a === b : a.issuer === b.issuer && a.subject === b.subject;
}
