// Is this API key good, and its owner? Looked up by its digest, remembered for some seconds, unknown ones too.
import type { Clock } from '../clock.ts';
import type { ApiKeyCache, ApiKeyOwner, ApiKeyRecord, ApiKeyStore } from '../config/api-key-store.ts';
import type { AuthOptions } from '../config/options.ts';
import type { ResolvedOptions } from '../config/resolved-options.ts';
import { sha256 } from '../crypto/digest.ts';
import { apiKeyDigest, isPossibleApiKey } from './api-key-format.ts';
import { createExpiringCache, createOneAtATime } from './expiring-cache.ts';
import { type LookUpGate, openGate } from './look-up-gate.ts';

/** What checking needs. */
export interface CheckApiKeyParts {
  readonly store: ApiKeyStore;
  readonly cache: ApiKeyCache;
  /** Seconds that a look-up is remembered: the time that a revocation takes to reach every node. 0: not at all. */
  readonly seconds: number;
  /** Whether the owner of a key may act. */
  readonly isOwnerGood: (owner: ApiKeyOwner) => Promise<boolean>;
  readonly clock: Clock;
}

/** The key's record; null where it is unknown, expired or revoked, or its owner may not act. Rejects with `store_unavailable`, or by the gate. */
export type CheckApiKey = (key: string, gate?: LookUpGate) => Promise<ApiKeyRecord | null>;

const noteEveryMs = 60_000;
const mostNoted = 10_000;

export function createCheckApiKey(parts: CheckApiKeyParts): CheckApiKey {
  const { store, cache, seconds, clock } = parts;
  const oneAtATime = createOneAtATime<ApiKeyRecord | null>();
  const noted = createExpiringCache<true>(mostNoted, clock);

  const find = async (digest: string): Promise<ApiKeyRecord | null> => {
    const record = await store.find(digest);
    const owner = record?.owner ?? null;
    return owner === null || (await parts.isOwnerGood(owner)) ? record : null;
  };
  const lookUp = async (digest: string): Promise<ApiKeyRecord | null> => {
    // A cache that is away costs a look-up and no more.
    const remembered = await cache.get(digest).catch(() => undefined);
    if (remembered !== undefined) return remembered;
    const record = await find(digest);
    await cache.set(digest, record, seconds).catch(() => {});
    return record;
  };
  const noteUse = ({ id }: ApiKeyRecord) => {
    if (noted.get(id)) return;
    noted.set(id, { value: true, until: clock() + noteEveryMs });
    // Nobody waits for it, and a store that takes no writes is no reason to refuse a request.
    Promise.try(() => store.noteUse(id, clock())).catch(() => {});
  };

  return async (key, gate = openGate) => {
    if (!isPossibleApiKey(key)) return null;
    const digest = apiKeyDigest(key);
    // Not even joined with one that is under way: it may have begun before the change that is to count.
    const gated = (look: typeof find) =>
      gate(
        digest,
        () => look(digest),
        (found) => found !== null && isLive(found, clock()),
      );
    const record = await (seconds === 0 ? gated(find) : oneAtATime(digest, () => gated(lookUp)));
    if (record === null || !isLive(record, clock())) return null;
    noteUse(record);
    return record;
  };
}

function isLive({ revokedAt, expiresAt }: ApiKeyRecord, now: number): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt > now);
}

type ApiKeySettings = Pick<ResolvedOptions, 'tokenCacheSize' | 'apiKeySeconds' | 'clock'>;

/** The store and the cache of the options; null where there is no store. */
export function apiKeyParts(
  options: Pick<AuthOptions, 'apiKeys' | 'apiKeyCache' | 'issuer' | 'clientId'>,
  { tokenCacheSize, apiKeySeconds, clock }: ApiKeySettings,
): { readonly store: ApiKeyStore; readonly cache: ApiKeyCache } | null {
  const { apiKeys: store, apiKeyCache } = options;
  if (store === undefined) return null;
  return {
    store,
    cache:
      apiKeyCache === undefined
        ? memoryKeyCache(tokenCacheSize, apiKeySeconds, clock)
        : ownPart(apiKeyCache, options),
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
function memoryKeyCache(most: number, rememberedSeconds: number, clock: Clock): ApiKeyCache {
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
      unknown.set(digest, { value: null, until: clock() + rememberedSeconds * 1000 });
    },
    close: async () => {},
  };
}
