// Ends the sessions that a logout at the provider names: by its session, or all of a person.
import type { RecordBackend } from '../config/session-stores.ts';
import type { EventContext } from '../events.ts';
import type { EndReason, EndSession } from './end-session.ts';
import { recordOf, type SessionRecord } from './record.ts';
import type { EndTarget, SessionRegistry } from './registry.ts';

/** A target, and how it came. */
export interface EndByIndexWish extends EndTarget {
  readonly reason: Extract<EndReason['reason'], 'back_channel' | 'front_channel'>;
  /** When the provider ended it, in milliseconds since the epoch by its clock; null when it did not say. */
  readonly endedAt: number | null;
}

/** Ends what the wish names. Nobody found: nothing happens. Rejects when the store is broken. */
export type EndByIndex = (wish: EndByIndexWish, context: EventContext) => Promise<void>;

/** What ending by index needs. */
export interface EndByIndexParts {
  readonly records: RecordBackend;
  readonly registry: SessionRegistry;
  readonly end: EndSession;
}

/**
 * Makes the ending function. Tokens are not revoked: the provider knows, and what it lets live beyond a logout
 * (`offline_access`, OpenID Connect Back-Channel Logout section 2.7) is its own decision. They go with the vault.
 */
export function createEndByIndex({ records, registry, end }: EndByIndexParts): EndByIndex {
  return async (wish, context) => {
    // Remembered before the list is read: a login either sees this, or has its session in the list already.
    if (wish.endedAt !== null) await registry.remember(wish, wish.endedAt);
    const found = await registry.find(wish);
    const endOne = async (storeId: string, startedAt: number) => {
      const data = await records.read(storeId);
      const record = recordOf(data);
      if (data === null || record === null) return registry.prune(wish, storeId);
      if (!isMeant(record, startedAt, wish)) return;
      await end({ storeId, record, data }, { reason: wish.reason, revoke: false }, context);
    };
    await Promise.all(found.map(({ id, startedAt }) => endOne(id, startedAt)));
  };
}

/**
 * Whether the wish is about this session. A person's newer sessions survive a logout that was issued before them;
 * both times are the provider's and in whole seconds, and in doubt the session ends.
 */
function isMeant(record: SessionRecord, startedAt: number, wish: EndByIndexWish): boolean {
  if (record.issuer !== wish.issuer) return false;
  if (wish.subject !== null && record.subject !== wish.subject) return false;
  if (wish.sid !== null) return record.providerSession === wish.sid;
  return wish.endedAt !== null && startedAt <= wish.endedAt;
}
