// The port to wherever sessions live: what a store has to do, edge case by edge case.
import type { SessionData } from 'express-session';
import type { RateBackend } from './rate-limits.ts';

/** How long things live. Handed to a store when it is made. */
export interface SessionLifetimes {
  /** Seconds until this session ends if nobody visits again; never beyond its absolute limit. 0 or less: over. */
  secondsLeft(session: SessionData): number;
  /** Milliseconds since the epoch. */
  now(): number;
}

/**
 * Session records. Ids are digests of the real session ids: a store never sees a value that a cookie could hold.
 * Every method rejects when the store is broken or too slow; a record that is not there is not an error.
 */
export interface RecordBackend {
  /** The record, with `seenAt` set to when it was last written or touched; null when absent or expired. */
  read(id: string): Promise<SessionData | null>;
  /** Writes a new record. */
  insert(id: string, session: SessionData): Promise<void>;
  /**
   * Writes what the app keeps in a session that was read before; latchkey's own part stays as it stands in the
   * store, so that a slow request cannot undo a refresh. When the record is gone meanwhile it stays gone.
   */
  update(id: string, session: SessionData): Promise<void>;
  /**
   * Replaces latchkey's part of the record and the vault in one step; the app's part and both leases stay.
   * @returns false, and nothing is written, when either is gone or the vault has another version than `renewal`'s.
   * The very renewal that is there already counts as written: it may arrive twice.
   */
  renew(id: string, renewal: Renewal): Promise<boolean>;
  /** Gives the record and its vault a new lease and sets `seenAt`, and changes nothing else. Absent: nothing happens. */
  touch(id: string, session: SessionData): Promise<void>;
  /** Removes the record. Absent: nothing happens. */
  remove(id: string): Promise<void>;
}

/** What a refresh writes. */
export interface Renewal {
  readonly latchkey: NonNullable<SessionData['latchkey']>;
  readonly sealed: string;
  /** The version of the vault that the refresh began with. */
  readonly version: number;
}

/** A sealed token set, and how many times it was replaced. */
export interface SealedTokens {
  readonly sealed: string;
  readonly version: number;
}

/** Sealed token sets, one beside each record. Same rules as {@link RecordBackend}. */
export interface VaultBackend {
  read(id: string): Promise<SealedTokens | null>;
  /** Writes version 0; gone after `seconds`. */
  write(id: string, sealed: string, seconds: number): Promise<void>;
  remove(id: string): Promise<void>;
}

/** One at a time in the whole installation. */
export interface LockBackend {
  /** True when nobody else held it, so an owner may ask twice; it is let go by itself after `leaseMs` unless it is extended. */
  take(key: string, owner: string, leaseMs: number): Promise<boolean>;
  /** False when it is not this owner's any more. */
  extend(key: string, owner: string, leaseMs: number): Promise<boolean>;
  /** Lets go; what is not this owner's stays. */
  release(key: string, owner: string): Promise<void>;
}

/** Things that may happen once in the whole installation, such as using up a login. */
export interface OnceBackend {
  /**
   * True for the first call with this key on any node, false for every one after; forgotten after `seconds`. A call
   * whose answer was lost on the way may be repeated by the store, and is still one call.
   */
  claim(key: string, seconds: number): Promise<boolean>;
  /** The one who claimed it is done. */
  finish(key: string, seconds: number): Promise<void>;
  /** Whether the one who claimed it is done. False also for a key that nobody claimed. */
  isFinished(key: string): Promise<boolean>;
}

/** A session in the index. */
export interface IndexedSession {
  /** The id its record has. */
  readonly id: string;
  /** When it began, by the provider's clock, in milliseconds since the epoch. */
  readonly startedAt: number;
}

/**
 * Which sessions belong together: those of one person, those of one session at the provider. Keys are digests.
 * The index only points: an entry may outlive its session, and whoever lists looks at the record as well.
 */
export interface SessionIndex {
  /**
   * Notes a session under the key; the same id again replaces what was there. The key is forgotten `seconds` after
   * the last one was added, and entries that began more than `seconds` before this one are dropped.
   */
  add(key: string, session: IndexedSession, seconds: number): Promise<void>;
  /** What is noted under the key, the oldest first. Nothing: an empty list. */
  list(key: string): Promise<readonly IndexedSession[]>;
  /** Takes one out. Absent: nothing happens. */
  remove(key: string, id: string): Promise<void>;
}

/** One place where sessions live. */
export interface SessionStores {
  /** For `/readyz` and the log. */
  readonly kind: 'redis' | 'embedded' | 'memory';
  readonly records: RecordBackend;
  readonly vault: VaultBackend;
  readonly once: OnceBackend;
  readonly locks: LockBackend;
  readonly index: SessionIndex;
  /** Where all nodes count for the rate limits. Left out: each process counts by itself. */
  readonly rates?: RateBackend;
  /** Resolves when the store answers, rejects when it does not. */
  ping(): Promise<void>;
  /** Lets go of connections and files. */
  close(): Promise<void>;
}

/** Makes the stores once the lifetimes are known; `redisSessions(url)` and `embeddedSessions(path)` return one. */
export type SessionStoreFactory = (lifetimes: SessionLifetimes) => SessionStores;
