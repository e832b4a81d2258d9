// An API key for a page: never the key itself.
import type { ApiKeyRecord } from '../index.ts';

/** Whether a key counts at this time, and why not. */
export function keyState(
  { expiresAt, revokedAt }: Pick<ApiKeyRecord, 'expiresAt' | 'revokedAt'>,
  now: number,
): 'good' | 'revoked' | 'expired' {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'good';
}

/** What a list shows of a key. */
export function keyRow(key: ApiKeyRecord, now: number) {
  const { id, name, createdAt, expiresAt, lastUsedAt } = key;
  const state = keyState(key, now);
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
