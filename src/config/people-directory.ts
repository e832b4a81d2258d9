// The port from logins and sessions to a directory of people: what it adds to the rights that the provider gives.

/** A person, as the provider names them. */
export interface PersonKey {
  readonly issuer: string;
  readonly subject: string;
}

/** What stands in the directory about a person's access. It is added to what the provider says. */
export interface LocalRights {
  readonly permissions: readonly string[];
  readonly roles: readonly string[];
  /** Nobody signs in as this person, and no session or key of theirs is good. */
  readonly disabled: boolean;
}

/** Somebody whom the provider has just vouched for. */
export interface ProviderLogin extends PersonKey {
  readonly claims: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * A directory of people. One that cannot answer rejects with `store_unavailable`; nobody is let in by that.
 * One that takes longer than five seconds counts as one that cannot answer. `auth.people.changed` says that what stands
 * there has changed.
 */
export interface PeopleDirectory {
  /**
   * Creates the person at the first login, takes over name and address at each, notes the time, and says what they
   * may. May reject with `account_disabled` where an account that is kept here is not there any more.
   */
  signedIn(login: ProviderLogin): Promise<LocalRights>;
  /** What stands there now; null: there is no such person (any more). */
  rightsOf(person: PersonKey): Promise<LocalRights | null>;
}
