// The port to where audit entries live.
import type { AuditEntry, Severity, SortColumn } from './audit-entry.ts';

/** Which entries are meant. Every condition that is there has to hold. */
export interface AuditSelection {
  /** Exactly this tenant; null: entries without one; absent: all. */
  readonly tenant?: string | null;
  /** One of these; an empty list selects nothing. */
  readonly severities?: readonly Severity[];
  readonly actor?: string;
  readonly action?: string;
  readonly resource?: string;
  /**
   * Stands somewhere in actor, action, resource or description. Upper and lower case are the same, at least for ASCII;
   * no character has a meaning of its own (`%` and `_` are themselves).
   */
  readonly text?: string;
  /** Not before this time, in milliseconds since the epoch. */
  readonly from?: number;
  /** Before this time. */
  readonly to?: number;
}

/** One page of a list. */
export interface AuditPage {
  readonly selection: AuditSelection;
  readonly sortBy: SortColumn;
  readonly direction: 'asc' | 'desc';
  /** 0 or more; beyond the end is an empty page. */
  readonly offset: number;
  /** 1 or more. */
  readonly count: number;
}

/**
 * Where audit entries live. Entries are only ever added: nothing here changes or removes one. A store that cannot be
 * reached rejects with a LatchkeyError `store_unavailable`; an absent entry is no error.
 */
export interface AuditStore {
  /** Resolves when the entry is kept. Ids are unique; the same id twice rejects, and the first stays. */
  add(entry: AuditEntry): Promise<void>;
  /**
   * One page, and how many the selection has in all. Severity sorts from Info to Critical, texts by code point, null
   * before every text. Those that are equal come in the order they were added, the other way round for `desc`: so two
   * pages of the same list neither overlap nor leave one out while nothing is added.
   */
  list(page: AuditPage): Promise<{ readonly data: readonly AuditEntry[]; readonly total: number }>;
  /** How many the selection has. */
  count(selection: AuditSelection): Promise<number>;
}

/** An audit trail that is kept for long: it can be read out as a whole, and what is too old can be taken out. */
export interface AuditTrail extends AuditStore {
  /**
   * Adds several in this order: all of them or, when it rejects, none. One whose id is there is left as it is, so that
   * a batch whose answer was lost can be added again.
   */
  addAll(entries: readonly AuditEntry[]): Promise<void>;
  /**
   * Everything that the selection has, in the order it was added, fetched a few hundred at a time. What is added
   * meanwhile is not in it.
   */
  all(selection: AuditSelection): AsyncIterable<AuditEntry>;
  /** Retention, and the only way out: removes what is from before this time; how many that were. */
  sweep(before: number): Promise<number>;
}
