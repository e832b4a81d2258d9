// An API key for a page: never the key itself.
import type { ApiKeyRecord } from '../index.ts';

/** What a list shows of a key. */
export function keyRow({ id, name, createdAt, expiresAt, revokedAt, lastUsedAt }: ApiKeyRecord, now: number) {
  const isOver = expiresAt !== null && expiresAt <= now;
  const state = revokedAt !== null ? 'revoked' : isOver ? 'expired' : 'good';
  return {
    id,
    name,
    state,
    badge: { kind: state === 'good' ? 'success' : 'plain', text: state },
    createdAt: new Date(createdAt),
    expiresAt: expiresAt === null ? null : new Date(expiresAt),
    lastUsedAt: lastUsedAt === null ? null : new Date(lastUsedAt),
  };
}
