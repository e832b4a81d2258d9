// Is this API key good? Looked up by its digest, remembered for ten seconds, unknown ones too.
import type { Clock } from '../clock.ts';
import type { ApiKeyCache, ApiKeyRecord, ApiKeyStore } from '../config/api-key-store.ts';
import type { AuthOptions } from '../config/options.ts';
import { apiKeyDigest, isPossibleApiKey } from './api-key-format.ts';
import { createExpiringCache, createOneAtATime } from './expiring-cache.ts';

/** What checking needs. */
export interface CheckApiKeyParts {
  readonly store: ApiKeyStore;
  readonly cache: ApiKeyCache;
  readonly clock: Clock;
}

/** The key's record; null where it is unknown, expired or revoked. Rejects with `store_unavailable`. */
export type CheckApiKey = (key: string) => Promise<ApiKeyRecord | null>;

/** Seconds that a look-up is remembered, which is also the time that a revocation takes to reach every node. */
export const apiKeyCacheSeconds = 10;
const noteEveryMs = 60_000;
const mostNoted = 10_000;

export function createCheckApiKey({ store, cache, clock }: CheckApiKeyParts): CheckApiKey {
  const oneAtATime = createOneAtATime<ApiKeyRecord | null>();
  const noted = createExpiringCache<true>(mostNoted, clock);

  const lookUp = async (digest: string): Promise<ApiKeyRecord | null> => {
    // A cache that is away costs a look-up and no more.
    const remembered = await cache.get(digest).catch(() => undefined);
    if (remembered !== undefined) return remembered;
    const record = await store.find(digest);
    await cache.set(digest, record, apiKeyCacheSeconds).catch(() => {});
    return record;
  };
  const noteUse = ({ id }: ApiKeyRecord) => {
    if (noted.get(id)) return;
    noted.set(id, { value: true, until: clock() + noteEveryMs });
    // Nobody waits for it, and a store that takes no writes is no reason to refuse a request.
    Promise.try(() => store.noteUse(id, clock())).catch(() => {});
  };

  return async (key) => {
    if (!isPossibleApiKey(key)) return null;
    const digest = apiKeyDigest(key);
    const record = await oneAtATime(digest, () => lookUp(digest));
    if (record === null || !isLive(record, clock())) return null;
    noteUse(record);
    return record;
  };
}

function isLive({ revokedAt, expiresAt }: ApiKeyRecord, now: number): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt > now);
}

/** The store and the cache of the options; null where there is no store. */
export function apiKeyParts(
  options: Pick<AuthOptions, 'apiKeys' | 'apiKeyCache'>,
  cacheSize: number,
  clock: Clock,
): { readonly store: ApiKeyStore; readonly cache: ApiKeyCache } | null {
  const { apiKeys: store, apiKeyCache } = options;
  return store === undefined ? null : { store, cache: apiKeyCache ?? memoryKeyCache(cacheSize, clock) };
}

/** Remembers in the memory of this process; every node has its own. */
function memoryKeyCache(most: number, clock: Clock): ApiKeyCache {
  const kept = createExpiringCache<{ readonly record: ApiKeyRecord | null }>(most, clock);
  return {
    get: async (digest) => kept.get(digest)?.record,
    set: async (digest, record, seconds) =>
      kept.set(digest, { value: { record }, until: clock() + seconds * 1000 }),
    delete: async (digest) => kept.delete(digest),
    close: async () => {},
  };
}
