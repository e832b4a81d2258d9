// The port to where people are kept: one suite of tests runs on SQLite and on PostgreSQL.
import type { PersonKey, ProviderLogin } from '../config/people-directory.ts';
import type { NewPerson, PeoplePage, Person } from './person.ts';

/** What may be changed about a person. What is left out stays. */
export interface PersonChange {
  readonly permissions?: readonly string[];
  readonly roles?: readonly string[];
  readonly profile?: Readonly<Record<string, unknown>>;
  readonly name?: string | null;
  readonly email?: string | null;
  readonly disabled?: boolean;
}

/**
 * People. An unknown id is null or `false` where the type says so; a database that cannot be reached, or is too slow,
 * rejects with `store_unavailable`. Everything is one transaction each.
 */
export interface People {
  find(id: string): Promise<Person | null>;
  findByKey(key: PersonKey): Promise<Person | null>;
  /** Case does not matter. */
  findByUsername(username: string): Promise<Person | null>;
  list(page: PeoplePage): Promise<{ readonly people: readonly Person[]; readonly total: number }>;
  /** How many there are; 0 asks for a first administrator. */
  count(): Promise<number>;
  /**
   * At a login: creates or brings up to date (name and e-mail where the claims have them, time of the login), and
   * leaves rights and profile as they are. Of somebody who is disabled nothing changes. Rejects with
   * `account_disabled` for an account kept here that is not there (any more), and with `request_malformed` when
   * issuer or subject cannot be kept exactly.
   */
  signedIn(login: ProviderLogin, defaults: Pick<NewPerson, 'permissions' | 'roles'>): Promise<Person>;
  /**
   * Makes an account that is kept here. Rejects with `username_taken`, and with `request_malformed` or
   * `payload_too_large` what cannot be kept.
   */
  create(person: NewPerson, at: number): Promise<Person>;
  /**
   * Changes a person; null where there is none. Rejects with `last_admin` when nobody would be left who is not
   * disabled and has `adminPermission`, also when two such changes come at once; where nobody was, nothing is
   * refused. What cannot be kept is refused as by `create`. With `disabled` the login tokens of the person are gone, also
   * for the time after they are enabled again.
   */
  change(id: string, change: PersonChange, adminPermission: string, at: number): Promise<Person | null>;
  /** Removes a person with password, keys and tokens; false where there is none. Rejects with `last_admin` likewise. */
  remove(id: string, adminPermission: string): Promise<boolean>;
}
