// The directory as the app is given it, and as logins and sessions ask it.
import type { Accounts, DirectoryStore, NewPerson, PeopleDirectory, Person } from '../directory.ts';

/** The directory of an app. Without one there are no pages that administer people. */
export interface AppDirectory {
  readonly store: DirectoryStore;
  /** Made without `endSessions`, or with one that takes the request whose session stays. */
  readonly accounts: Accounts;
  /** The permission that opens the pages of administrators. Default: `admin`. */
  readonly adminPermission?: string;
  /** A sign-in that is older than this is asked for again before something changes. Default: 900 seconds. */
  readonly changeMaxAgeSeconds?: number;
  /** Who signs in without being in the directory, such as the users of a demo. Default: nobody. */
  readonly isGuest?: (subject: string) => boolean;
  /** Rights of people who come for the first time. Default: none. */
  readonly newPeople?: Pick<NewPerson, 'permissions' | 'roles'>;
}

/** What logins and sessions ask. */
export function peopleDirectory({
  store,
  newPeople,
  isGuest = () => false,
}: Omit<AppDirectory, 'accounts'>): PeopleDirectory {
  const { people } = store;
  const defaults = newPeople ?? { permissions: [], roles: [] };
  const guest = { permissions: [], roles: [], disabled: false };
  return {
    signedIn: async (login) => (isGuest(login.subject) ? guest : people.signedIn(login, defaults)),
    rightsOf: async (person) => (isGuest(person.subject) ? guest : people.findByKey(person)),
  };
}

/** What a person is called: by their name, else by whatever there is. */
export function nameOf({ name, username, email, subject }: Person): string {
  return name ?? username ?? email ?? subject;
}
