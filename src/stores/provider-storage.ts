// The storage port of the local provider: a small persistent map with expiry and two ways to look things up.

/** What is written. Everything is replaced, the consumed mark included. */
export interface EntryToStore {
  /** Plain JSON data. Stored by value: later changes to the object do not reach the store. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** Null: never expires. */
  readonly expiresInSeconds: number | null;
  /** Set on what dies with its grant (codes, access and refresh tokens); null on all else. */
  readonly grantId: string | null;
  readonly uid: string | null;
  readonly userCode: string | null;
}

/** What is read. */
export interface StoredEntry {
  readonly payload: Record<string, unknown>;
  /** Seconds since the epoch, null while unused. */
  readonly consumedAt: number | null;
}

/**
 * Storage of the local provider. `model` is the kind of thing (`Session`, `RefreshToken` …); an id is unique within
 * its model. The caller hands in digests of secret ids, never the ids themselves.
 *
 * An entry whose time has come is absent from that moment on, whether it was swept or not. Absent is a value (null),
 * and deleting or revoking what is absent is fine; a rejected promise always means that the store is broken.
 */
export interface LocalProviderStorage {
  /** Writes or replaces an entry. */
  put(model: string, id: string, entry: EntryToStore): Promise<void>;
  /** A consumed entry is still found, with `consumedAt` set: that is how reuse is noticed. */
  get(model: string, id: string): Promise<StoredEntry | null>;
  /** The entry of the model with this uid; the one written last when there are several. */
  getByUid(model: string, uid: string): Promise<StoredEntry | null>;
  /** The entry of the model with this user code; the one written last when there are several. */
  getByUserCode(model: string, userCode: string): Promise<StoredEntry | null>;
  /**
   * Marks an entry as used and tells whether this call was the one that did it: of any number of calls at the same
   * time exactly one gets true. False for an entry that was used before or is absent.
   */
  consume(model: string, id: string): Promise<boolean>;
  delete(model: string, id: string): Promise<void>;
  /** Deletes every entry, of any model, that was written with this grant id, consumed ones too. */
  revokeByGrantId(grantId: string): Promise<void>;
}
