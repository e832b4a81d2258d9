// The port to where failed tries are counted: in one process, or shared by all nodes.

/** How many tries are free under a key, and how the pause after them grows. */
export interface TryRule {
  /** Tries before the first pause. */
  readonly free: number;
  /** The first pause; each further try doubles it. */
  readonly pauseMs: number;
  readonly longestPauseMs: number;
  /** After so long without a try all is forgotten. Longer than the longest pause. */
  readonly forgetMs: number;
}

/**
 * Counts tries. Keys are digests. Every method may reject with `store_unavailable`; then nobody's password is checked.
 * A try that has to wait is not counted, so nobody can make a pause longer by knocking at it.
 */
export interface TryCounters {
  /** Takes one try, as failed until it is given back. 0: it may go on; else the milliseconds to wait. */
  take(key: string, rule: TryRule): Promise<number>;
  /** Takes the last try back, with the pause that it began. */
  giveBack(key: string): Promise<void>;
  /** Forgets what was counted under the key. */
  forget(key: string): Promise<void>;
  /** Remembers that a key is a good one. */
  remember(key: string, seconds: number): Promise<void>;
  remembers(key: string): Promise<boolean>;
  close(): Promise<void>;
}

/** The pause after this many tries, in milliseconds. */
export function pauseAfter(count: number, rule: TryRule): number {
  if (count < rule.free) return 0;
  return Math.min(rule.longestPauseMs, rule.pauseMs * 2 ** Math.min(40, count - rule.free));
}
