// What an app does with API keys: make one, list them, revoke one.
import type { Clock } from '../clock.ts';
import type { ApiKeyCache, ApiKeyOwner, ApiKeyRecord, ApiKeyStore } from '../config/api-key-store.ts';
import { randomToken } from '../crypto/random.ts';
import { ConfigurationError, LatchkeyError } from '../errors.ts';
import type { ApiKeyDeed, Emit } from '../events.ts';
import { apiKeyDigest, newApiKey } from './api-key-format.ts';

/** A key to make. What it may do is exactly what is named here: its owner's rights are not added. */
export interface NewApiKey {
  /** For people: what it is for. 1 to 200 characters. */
  readonly name: string;
  /** The person it acts for. Default: nobody. */
  readonly owner?: ApiKeyOwner | null;
  /** Default: none. */
  readonly permissions?: readonly string[];
  /** Default: none. */
  readonly roles?: readonly string[];
  /** Default: none. */
  readonly scope?: readonly string[];
  /** Default: none. */
  readonly tenant?: string | null;
  /** Milliseconds since the epoch. Default: it does not end by itself. */
  readonly expiresAt?: number | null;
}

/** API keys, as an app manages them. Every method rejects with `store_unavailable` when the store is away. */
export interface ApiKeys {
  /** Makes a key. `key` is the only time it can be seen. Rejects with `request_malformed` when something is not right. */
  create(
    wanted: NewApiKey,
    deed?: ApiKeyDeed,
  ): Promise<{ readonly key: string; readonly record: ApiKeyRecord }>;
  /** The keys of one person, or of nobody, revoked and expired ones too; the newest first. */
  list(owner: ApiKeyOwner | null): Promise<readonly ApiKeyRecord[]>;
  /** Revokes by id: at once on this node, within `apiKeySeconds` on the others. False: there is no such key. */
  revoke(id: string, deed?: ApiKeyDeed): Promise<boolean>;
}

const longestName = 200;

/** Makes the object. `parts` is null where no store is configured: then each method says so. */
export function createApiKeys(
  parts: { readonly store: ApiKeyStore; readonly cache: ApiKeyCache } | null,
  clock: Clock,
  emit: Emit,
): ApiKeys {
  if (parts === null) return missingApiKeys();
  const { store, cache } = parts;
  return {
    async create(wanted, deed = {}) {
      const record = recordOf(wanted, clock());
      const key = newApiKey();
      await store.insert(apiKeyDigest(key), record);
      const { id: keyId, name, owner } = record;
      emit({ ...deed, type: 'api_key_created', keyId, name, subject: owner?.subject ?? null });
      return { key, record };
    },
    list: (owner) => store.list(owner),
    async revoke(id, deed = {}) {
      const digest = await store.revoke(id, clock());
      if (digest === null) return false;
      // Where that fails the entry ends by itself, within the time that a revocation may take.
      await cache.delete(digest).catch(() => {});
      emit({ ...deed, type: 'api_key_revoked', keyId: id });
      return true;
    },
  };
}

function missingApiKeys(): ApiKeys {
  const refuse = async () => {
    throw noKeyStore();
  };
  return { create: refuse, list: refuse, revoke: refuse };
}

/** Somebody uses API keys and has not said where they are. */
export function noKeyStore(): ConfigurationError {
  const mend = 'Give embeddedApiKeys(path), or a store of your own.';
  return new ConfigurationError([{ name: 'apiKeys', problem: 'is missing, and API keys are used.', mend }]);
}

function recordOf(wanted: NewApiKey, now: number): ApiKeyRecord {
  const { name, owner = null, tenant = null, expiresAt = null } = wanted;
  if (typeof name !== 'string' || name.trim() === '' || name.length > longestName) {
    throw malformed(`a name has 1 to ${longestName} characters`);
  }
  if (owner !== null && !(isText(owner.issuer) && isText(owner.subject))) {
    throw malformed('an owner has an issuer and a subject');
  }
  if (tenant !== null && !isText(tenant)) throw malformed('a tenant is a text');
  if (expiresAt !== null && !(Number.isFinite(expiresAt) && expiresAt > now)) {
    throw malformed('an end is a time that is yet to come');
  }
  return {
    id: randomToken(12),
    name: name.trim(),
    owner: owner === null ? null : { issuer: owner.issuer, subject: owner.subject },
    permissions: namesOf(wanted.permissions),
    roles: namesOf(wanted.roles),
    scope: namesOf(wanted.scope),
    tenant,
    createdAt: now,
    expiresAt,
    revokedAt: null,
    lastUsedAt: null,
  };
}

function namesOf(names: readonly string[] = []): readonly string[] {
  if (!Array.isArray(names) || !names.every(isText))
    throw malformed('permissions, roles and scope are lists of texts');
  return [...new Set(names)];
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function malformed(what: string): LatchkeyError {
  return new LatchkeyError('request_malformed', { detail: `API key: ${what}` });
}
