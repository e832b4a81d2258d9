// Notes which sessions belong to which person and to which session at the provider, so that a logout there finds them.
import type { IndexedSession, SessionIndex } from '../config/session-stores.ts';
import { sha256 } from '../crypto/digest.ts';
import { absoluteEnd, type SessionLimits } from './lifetimes.ts';
import type { SessionRecord } from './record.ts';

/** Whom or what a logout at the provider names; null for what it leaves out. */
export interface EndTarget {
  readonly issuer: string;
  readonly subject: string | null;
  /** The provider's `sid`. */
  readonly sid: string | null;
}

/** Finds sessions by person and by the provider's own session. Rejects with the store's error. */
export interface SessionRegistry {
  /**
   * Notes a session whose record is in the store.
   * @param startedAt - when its login was, by the provider's clock, in milliseconds since the epoch
   */
  note(storeId: string, record: SessionRecord, startedAt: number): Promise<void>;
  /** Forgets a session that has ended. */
  forget(storeId: string, record: SessionRecord): Promise<void>;
  /** What may be meant by a target: whoever asks compares the records. */
  find(target: EndTarget): Promise<readonly IndexedSession[]>;
  /** Takes out what {@link find} gave and is not there any more. */
  prune(target: EndTarget, storeId: string): Promise<void>;
  /** Remembers for some minutes that the target was signed out, for a login that is still being finished. */
  remember(target: EndTarget, endedAt: number): Promise<void>;
  /** Whether a login from `startedAt` was signed out at the provider before it was finished here. */
  wasEnded(record: SessionRecord, startedAt: number): Promise<boolean>;
}

/** As long as a login may take: its transaction ends after a quarter of an hour. */
const rememberedSeconds = 15 * 60;
const anybody = 'anybody';

export function createSessionRegistry(index: SessionIndex, limits: SessionLimits): SessionRegistry {
  return {
    async note(storeId, record, startedAt) {
      const seconds = Math.max(1, Math.ceil((absoluteEnd(record.startedAt, limits) - limits.clock()) / 1000));
      const entry = { id: storeId, startedAt };
      await Promise.all(keysOf(record).map((key) => index.add(key, entry, seconds)));
    },
    async forget(storeId, record) {
      await Promise.all(keysOf(record).map((key) => index.remove(key, storeId)));
    },
    find: (target) => index.list(keyOf(target)),
    prune: (target, storeId) => index.remove(keyOf(target), storeId),
    async remember(target, endedAt) {
      // A sid that came with a subject is signed out for that subject alone.
      const whose = target.sid !== null && target.subject !== null ? sha256(target.subject) : anybody;
      await index.add(endedKey(keyOf(target)), { id: whose, startedAt: endedAt }, rememberedSeconds);
    },
    async wasEnded(record, startedAt) {
      const lists = await Promise.all(keysOf(record).map((key) => index.list(endedKey(key))));
      const owners = [anybody, sha256(record.subject)];
      return lists.flat().some((entry) => owners.includes(entry.id) && entry.startedAt >= startedAt);
    },
  };
}

/** One key per person, one per session at the provider. JSON keeps the parts apart whatever is in them. */
function keyOf({ issuer, subject, sid }: EndTarget): string {
  return sha256(JSON.stringify(sid === null ? [issuer, 'sub', subject] : [issuer, 'sid', sid]));
}

function keysOf({ issuer, subject, providerSession }: SessionRecord): readonly string[] {
  const person = keyOf({ issuer, subject, sid: null });
  return providerSession === null ? [person] : [person, keyOf({ issuer, subject, sid: providerSession })];
}

function endedKey(key: string): string {
  return `ended:${key}`;
}
