// Joins oidc-provider's adapter interface to the storage port.
import { type Adapter, type AdapterFactory, type AdapterPayload, errors } from 'oidc-provider';
import { sha256 } from '../crypto/digest.ts';
import type { LocalProviderStorage, StoredEntry } from '../stores/provider-storage.ts';

/** What dies when its grant is revoked. Interactions and sessions name grants too, and must survive that. */
const diesWithGrant = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken']);

/**
 * Makes the adapter for each model. The storage never sees an id: an opaque token's id is the token itself, so only
 * its digest is kept, and a copied database holds nothing that can be used.
 */
export function createAdapterFactory(storage: LocalProviderStorage): AdapterFactory {
  return (model) => createAdapter(model, storage);
}

function createAdapter(model: string, storage: LocalProviderStorage): Adapter {
  return {
    async upsert(id, payload, expiresIn) {
      await storage.put(model, sha256(id), {
        payload: withoutSecrets(payload),
        expiresInSeconds: expiresIn ?? null,
        grantId: diesWithGrant.has(model) ? (payload.grantId ?? null) : null,
        uid: payload.uid ?? null,
        userCode: payload.userCode ?? null,
      });
    },
    async find(id) {
      // Every client is configured; asking the storage would let strangers make it search for their client ids.
      if (model === 'Client') return undefined;
      return restore(await storage.get(model, sha256(id)), id);
    },
    async findByUid(uid) {
      return restore(await storage.getByUid(model, uid));
    },
    async findByUserCode(userCode) {
      return restore(await storage.getByUserCode(model, userCode));
    },
    async consume(id) {
      if (await storage.consume(model, sha256(id))) return;
      // Two requests found the same unused code or token at the same time and the other one was first. The library
      // looked before we marked, so the reuse (RFC 9700 sections 2.1.1 and 4.14.2) is answered here.
      const entry = await storage.get(model, sha256(id));
      if (typeof entry?.payload.grantId === 'string') {
        await storage.revokeByGrantId(entry.payload.grantId);
        await storage.delete('Grant', sha256(entry.payload.grantId));
      }
      const words = `${model} already used`;
      throw diesWithGrant.has(model) ? new errors.InvalidGrant(words) : new errors.InvalidRequest(words);
    },
    async destroy(id) {
      await storage.delete(model, sha256(id));
    },
    async revokeByGrantId(grantId) {
      await storage.revokeByGrantId(grantId);
    },
  };
}

function withoutSecrets(payload: AdapterPayload): Record<string, unknown> {
  const { jti: _id, ...rest } = payload;
  if (rest.session === undefined) return rest;
  // An interaction notes the session cookie it began under; nothing reads it again.
  return { ...rest, session: { ...rest.session, cookie: undefined } };
}

function restore(entry: StoredEntry | null, id?: string): AdapterPayload | undefined {
  if (entry === null) return undefined;
  return {
    ...entry.payload,
    ...(id === undefined ? {} : { jti: id }),
    ...(entry.consumedAt === null ? {} : { consumed: entry.consumedAt }),
  };
}
