// The port to where machine tokens are shared between processes.
import type { LockBackend } from './session-stores.ts';

/**
 * One sealed text per key. Every method may reject with `store_unavailable`; whoever uses it then does without. What is
 * absent is a value and no error.
 */
export interface TokenCache {
  /** The text; null when there is none or its time is over. */
  read(key: string): Promise<string | null>;
  /** Writes or replaces; gone after `seconds`, a whole number of 1 or more. */
  write(key: string, sealed: string, seconds: number): Promise<void>;
  /** Removes. Absent: nothing happens. */
  remove(key: string): Promise<void>;
  /** Who fetches a new token at the moment. Keys are those of the texts, and do not collide with them. */
  readonly locks: LockBackend;
  /** Lets go of the connection. */
  close(): Promise<void>;
}
