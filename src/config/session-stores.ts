// The port to wherever sessions live: what a store has to do, edge case by edge case.
import type { SessionData } from 'express-session';

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
  /** Writes a record that was read before. When it is gone meanwhile it stays gone: an ended session never returns. */
  update(id: string, session: SessionData): Promise<void>;
  /** Gives the record and its vault a new lease and sets `seenAt`, and changes nothing else. Absent: nothing happens. */
  touch(id: string, session: SessionData): Promise<void>;
  /** Removes the record. Absent: nothing happens. */
  remove(id: string): Promise<void>;
}

/** Sealed token sets, one beside each record. Same rules as {@link RecordBackend}. */
export interface VaultBackend {
  read(id: string): Promise<string | null>;
  /** Writes or replaces; gone after `seconds`. */
  write(id: string, sealed: string, seconds: number): Promise<void>;
  remove(id: string): Promise<void>;
}

/** Things that may happen once in the whole installation, such as using up a login. */
export interface OnceBackend {
  /** True for the first caller with this key on any node, false for everybody after; forgotten after `seconds`. */
  claim(key: string, seconds: number): Promise<boolean>;
  /** The one who claimed it is done. */
  finish(key: string, seconds: number): Promise<void>;
  /** Whether the one who claimed it is done. False also for a key that nobody claimed. */
  isFinished(key: string): Promise<boolean>;
}

/** One place where sessions live. */
export interface SessionStores {
  /** For `/readyz` and the log. */
  readonly kind: 'redis' | 'embedded' | 'memory';
  readonly records: RecordBackend;
  readonly vault: VaultBackend;
  readonly once: OnceBackend;
  /** Resolves when the store answers, rejects when it does not. */
  ping(): Promise<void>;
  /** Lets go of connections and files. */
  close(): Promise<void>;
}

/** Makes the stores once the lifetimes are known; `redisSessions(url)` and `embeddedSessions(path)` return one. */
export type SessionStoreFactory = (lifetimes: SessionLifetimes) => SessionStores;
