// The ports to passwords and to the tokens of JSON logins: digests and hashes alone, never what people type.

/** What is kept to check a password. */
export interface PasswordRecord {
  readonly personId: string;
  /** In PHC form, such as `$argon2id$v=19$m=…`. */
  readonly hash: string;
  /** Set by an administrator: the person has to choose another one. */
  readonly temporary: boolean;
  /** Milliseconds since the epoch. */
  readonly changedAt: number;
}

/** Passwords. Same rules as `People`; what belongs to a person who is not there is refused with `not_found`. */
export interface Passwords {
  find(personId: string): Promise<PasswordRecord | null>;
  /** Replaces what was there. */
  set(record: PasswordRecord): Promise<void>;
  /** Replaces the hash alone where it still is `from`: a rehash must not undo a change that came in between. */
  rehash(personId: string, from: string, to: string): Promise<void>;
}

/** A login through the JSON API. */
export interface LoginToken {
  readonly personId: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/**
 * Tokens of JSON logins by their digest; shared by all nodes, and gone for good once removed. One for a person who is
 * not there is refused with `not_found`.
 */
export interface LoginTokens {
  add(digest: string, token: LoginToken): Promise<void>;
  /** Null when unknown; an expired one may still be given: the caller looks. */
  find(digest: string): Promise<LoginToken | null>;
  remove(digest: string): Promise<void>;
  /** All of one person, but for one digest where it is given. */
  removeAll(personId: string, except?: string): Promise<void>;
  /** Takes out what has expired; how many that were. */
  sweep(now: number): Promise<number>;
}
