// The port to API keys: what is kept of one, and what a store of them does.

/** What is known about an API key. The key itself is shown once when it is made, and kept nowhere. */
export interface ApiKeyRecord {
  readonly id: string;
  /** For people: what the key is for. */
  readonly name: string;
  /** The person it acts for; null for a machine that is nobody's. */
  readonly owner: ApiKeyOwner | null;
  readonly permissions: readonly string[];
  readonly roles: readonly string[];
  readonly scope: readonly string[];
  readonly tenant: string | null;
  /** Milliseconds since the epoch, like every time here. */
  readonly createdAt: number;
  /** Null: it does not end by itself. */
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  /** Noted about once a minute, so it may lag behind. */
  readonly lastUsedAt: number | null;
}

/** A person, as the provider names them. */
export interface ApiKeyOwner {
  readonly issuer: string;
  readonly subject: string;
}

/**
 * Where API keys are. "Not there" is a value; a store that cannot answer rejects with `store_unavailable`, and never
 * says that a key is unknown because of it.
 */
export interface ApiKeyStore {
  /**
   * The key whose SHA-256 digest (base64url) this is, also when it has expired or was revoked: the caller looks.
   * Unknown: null.
   */
  find(digest: string): Promise<ApiKeyRecord | null>;
  /** Keeps a new key. Rejects when its digest or its id is there already, and changes nothing then. */
  insert(digest: string, record: ApiKeyRecord): Promise<void>;
  /** The keys of one owner, or those of nobody (`null`), revoked and expired ones too; the newest first. */
  list(owner: ApiKeyOwner | null): Promise<readonly ApiKeyRecord[]>;
  /**
   * Revokes the key with this id for good; a second time changes nothing, and the first moment stays. Resolves to
   * the key's digest, so that what was remembered of it can be dropped; unknown: null.
   */
  revoke(id: string, at: number): Promise<string | null>;
  /** Notes that the key was used. Never sets the time back; unknown: nothing happens. */
  noteUse(id: string, at: number): Promise<void>;
  /** Resolves when the store answers, rejects when it does not. */
  ping(): Promise<void>;
  /** Lets go of connections and files. */
  close(): Promise<void>;
}

/**
 * Remembers look-ups for a few seconds, those that found nothing too. Losing an entry is never wrong. When it
 * cannot answer it rejects, and the store is asked in its place. The digests are made from the key, the issuer and the
 * client id, so services with different clients can share one.
 */
export interface ApiKeyCache {
  /** What was remembered: a key, or null for "there is none". Nothing remembered: undefined. */
  get(digest: string): Promise<ApiKeyRecord | null | undefined>;
  set(digest: string, record: ApiKeyRecord | null, seconds: number): Promise<void>;
  /** The key was revoked. What a look-up that began before is still to set should not count after this. */
  delete(digest: string): Promise<void>;
  /** Lets go of connections. */
  close(): Promise<void>;
}
