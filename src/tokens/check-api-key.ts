// Is this API key good? Looked up by its digest, remembered for ten seconds, unknown ones too.
import type { Clock } from '../clock.ts';
import type { ApiKeyCache, ApiKeyRecord, ApiKeyStore } from '../config/api-key-store.ts';
import type { AuthOptions } from '../config/options.ts';
import { sha256 } from '../crypto/digest.ts';
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
  options: Pick<AuthOptions, 'apiKeys' | 'apiKeyCache' | 'issuer' | 'clientId'>,
  cacheSize: number,
  clock: Clock,
): { readonly store: ApiKeyStore; readonly cache: ApiKeyCache } | null {
  const { apiKeys: store, apiKeyCache } = options;
  if (store === undefined) return null;
  return {
    store,
    cache: apiKeyCache === undefined ? memoryKeyCache(cacheSize, clock) : ownPart(apiKeyCache, options),
  };
}

/** Other services may share the cache and have other keys: what one of them knows is no key of this one. */
function ownPart(
  cache: ApiKeyCache,
  { issuer, clientId }: Pick<AuthOptions, 'issuer' | 'clientId'>,
): ApiKeyCache {
  const nameOf = (digest: string) => sha256(JSON.stringify(['api key', issuer, clientId, digest]));
  return {
    get: (digest) => cache.get(nameOf(digest)),
    set: (digest, record, seconds) => cache.set(nameOf(digest), record, seconds),
    delete: (digest) => cache.delete(nameOf(digest)),
    close: () => cache.close(),
  };
}

/** Remembers in the memory of this process; every node has its own. */
function memoryKeyCache(most: number, clock: Clock): ApiKeyCache {
  const kept = createExpiringCache<ApiKeyRecord>(most, clock);
  // Apart, so that a flood of made-up keys drives no good one out.
  const unknown = createExpiringCache<null>(most, clock);
  return {
    get: async (digest) => kept.get(digest) ?? unknown.get(digest),
    async set(digest, record, seconds) {
      const until = clock() + seconds * 1000;
      if (record === null) unknown.set(digest, { value: null, until });
      // A look-up that began before the key was revoked must not bring it back.
      else if (unknown.get(digest) === undefined) kept.set(digest, { value: record, until });
    },
    async delete(digest) {
      kept.delete(digest);
      unknown.set(digest, { value: null, until: clock() + apiKeyCacheSeconds * 1000 });
    },
    close: async () => {},
  };
}
