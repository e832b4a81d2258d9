// A person of the directory, and what lists of people are asked for.
import type { LocalRights, PersonKey } from '../config/people-directory.ts';

/** The issuer of people who have their account here. Whatever address the local provider has, they stay the same people. */
export const localIssuer = 'local';

/** A person. The password is nowhere in it. */
export interface Person extends PersonKey, LocalRights {
  /** The directory's own id. For an account that is kept here it is the subject as well. */
  readonly id: string;
  /** Of an account that is kept here; null for somebody whom a provider vouches for. */
  readonly username: string | null;
  readonly name: string | null;
  readonly email: string | null;
  /** Whatever an app keeps about the person: a JSON object of at most {@link largestProfile} bytes. */
  readonly profile: Readonly<Record<string, unknown>>;
  /** They have to choose a password of their own at the next login. */
  readonly mustChangePassword: boolean;
  /** Milliseconds since the epoch, like every time here. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Null: never. */
  readonly lastLoginAt: number | null;
}

/** Bytes of a profile as JSON. */
export const largestProfile = 16_384;

/** What a list can be sorted by. */
export type PeopleSort = 'name' | 'username' | 'email' | 'createdAt' | 'lastLoginAt';

/** One page of a list of people. */
export interface PeoplePage {
  /** Stands at the beginning of name, username, e-mail or subject, whatever the case. Empty: everybody. */
  readonly search: string;
  readonly sort: PeopleSort;
  readonly direction: 'asc' | 'desc';
  /** 0 or more; beyond the end is an empty page. */
  readonly offset: number;
  /** 1 or more. */
  readonly count: number;
}

/** A person to be made with an account here. */
export interface NewPerson {
  readonly username: string;
  readonly name?: string | null;
  readonly email?: string | null;
  readonly permissions: readonly string[];
  readonly roles: readonly string[];
  readonly profile?: Readonly<Record<string, unknown>>;
}
