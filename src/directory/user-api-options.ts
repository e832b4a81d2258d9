// The options of the JSON API for accounts, and what it is given: accounts, hooks and where events go.
import type { Request } from 'express';
import { type Clock, systemClock } from '../clock.ts';
import type { PersonKey } from '../config/people-directory.ts';
import { ConfigurationError, type ConfigurationProblem } from '../errors.ts';
import type { ApiKeys } from '../tokens/api-keys.ts';
import type { DirectoryStore } from './directory-store.ts';
import type { Person } from './person.ts';
import type { UserApiEventListener } from './user-api-events.ts';

/** Too many wrong passwords. */
type Limited = { readonly kind: 'limited'; readonly retryAfterSeconds: number };

/** How a try to log in ended. Unknown people, wrong passwords and disabled accounts are all `refused`. */
export type LoginAnswer =
  | { readonly kind: 'ok'; readonly person: Person; readonly passwordChangedAt: number }
  | { readonly kind: 'refused' }
  | Limited;

/** What is wrong with a password, in words for the person who chose it. */
export interface UnsuitablePassword {
  readonly words: string;
}

/** How a change of a password ended. `refused`: the current one is not right. */
export type PasswordChange =
  | { readonly kind: 'changed' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'unsuitable'; readonly problem: UnsuitablePassword }
  | Limited;

/** Passwords of the accounts that are kept here, with limits against guessing. */
export interface UserApiAccounts {
  authenticate(
    username: string,
    password: string,
    origin: { readonly address: string },
  ): Promise<LoginAnswer>;
  /** By the person: the current password has to be right. All that they are signed in with ends, but for `keep`. */
  changePassword(
    personId: string,
    current: string,
    wanted: string,
    origin: { readonly address: string },
    keep: { readonly session?: unknown; readonly tokenDigest?: string },
  ): Promise<PasswordChange>;
  /** By an administrator; a temporary one has to be changed at the next login. */
  setPassword(
    personId: string,
    wanted: string,
    options: { readonly temporary: boolean },
  ): Promise<PasswordChange>;
  /** Of an account that is yet to be made; null: nothing is wrong. */
  judgePassword(password: string, about: readonly (string | null)[]): UnsuitablePassword | null;
}

/** What has happened to a person. */
export type PersonChangeKind = 'created' | 'permissions' | 'profile' | 'password' | 'deleted';

/** Options of {@link userApi}. */
export interface UserApiOptions {
  readonly directory: DirectoryStore;
  readonly accounts: UserApiAccounts;
  /** Where the routes are. Default: `/api/user`. */
  readonly apiPrefix?: string;
  /** Seconds that a login lasts, those that are there already too. Default: 86400. */
  readonly tokenLifetimeSeconds?: number;
  /** What somebody may who is created without permissions. Default: none. */
  readonly defaultPermissions?: readonly string[];
  /** What lets somebody manage others. Default: `admin`. */
  readonly adminPermission?: string;
  /** Leaves out creating, changing and deleting people; the list stays. Default: false. */
  readonly noUserManagement?: boolean;
  /** Lets people make API keys, and guards with `allowApiKey` take them. Default: false. */
  readonly apiKeys?: boolean;
  /** Default: false. */
  readonly allowOwnProfileEdit?: boolean;
  /** People on a page of the list. Default: 25. */
  readonly pageSize?: number;
  /** Off: there is no login with a password; `POST /login` is 404. Default: true. */
  readonly localLogin?: boolean;
  /** A password that an administrator chose has to be changed before anything else. Default: true. */
  readonly temporaryPasswords?: boolean;
  /** Requests with one API key in a minute, on this node. Default: 600. */
  readonly keyRequestsPerMinute?: number;
  /**
   * The login token also as a cookie that scripts cannot read, where the login proves that one of our own pages sent it.
   * Needs `baseUrl`. Default: false.
   */
  readonly loginCookie?: boolean;
  /** The public address of the app; its origin is what counts as our own. */
  readonly baseUrl?: string;
  /** Who is signed in by other means, such as a session; asked where no credential of this API came. Needs `baseUrl`. */
  readonly signedIn?: (req: Request) => PersonKey | null | Promise<PersonKey | null>;
  /** What makes and revokes keys, such as `auth.apiKeys` of the same store: then guards forget revoked ones at once. */
  readonly keys?: ApiKeys;
  /** Called after each change and awaited before the answer: sessions of that person follow it. */
  readonly onChanged?: (person: Person, change: PersonChangeKind) => void | Promise<void>;
  /** Receives what happened: who, what and whom. What it throws is swallowed. */
  readonly onEvent?: UserApiEventListener;
  /** For tests. Default: the system clock. */
  readonly clock?: Clock;
}

type Defaulted =
  | 'apiPrefix'
  | 'tokenLifetimeSeconds'
  | 'defaultPermissions'
  | 'adminPermission'
  | 'noUserManagement'
  | 'apiKeys'
  | 'allowOwnProfileEdit'
  | 'pageSize'
  | 'localLogin'
  | 'temporaryPasswords'
  | 'keyRequestsPerMinute'
  | 'loginCookie'
  | 'clock';

/** The options with their defaults. */
export type UserApiSettings = Omit<UserApiOptions, Defaulted | 'baseUrl'> &
  Required<Pick<UserApiOptions, Defaulted>> & { readonly baseUrl: URL | null };

/** Fills in the defaults. @throws ConfigurationError with every problem and how to mend it */
export function resolveUserApiOptions(options: UserApiOptions): UserApiSettings {
  const { baseUrl, ...given } = options;
  const settings: UserApiSettings = {
    apiPrefix: '/api/user',
    tokenLifetimeSeconds: 86_400,
    defaultPermissions: [],
    adminPermission: 'admin',
    noUserManagement: false,
    apiKeys: false,
    allowOwnProfileEdit: false,
    pageSize: 25,
    localLogin: true,
    temporaryPasswords: true,
    keyRequestsPerMinute: 600,
    loginCookie: false,
    clock: systemClock,
    ...given,
    baseUrl: baseUrl === undefined ? null : URL.parse(baseUrl),
  };
  const problems = [...problemsOf(settings)];
  if (problems.length > 0) throw new ConfigurationError(problems);
  return settings;
}

function* problemsOf(settings: UserApiSettings): Iterable<ConfigurationProblem> {
  const { apiPrefix, adminPermission, baseUrl } = settings;
  if (!/^(?:\/[\w.~-]+)+$/.test(apiPrefix)) {
    const mend = 'Give a path such as /api/user, without a slash at the end.';
    yield { name: 'apiPrefix', problem: 'is no path.', mend };
  }
  const wholes = { tokenLifetimeSeconds: 400 * 86_400, pageSize: 1000, keyRequestsPerMinute: 1_000_000 };
  for (const [name, most] of Object.entries(wholes)) {
    const value = settings[name as keyof typeof wholes];
    if (Number.isInteger(value) && value >= 1 && value <= most) continue;
    yield { name, problem: 'is out of range.', mend: `Give a whole number from 1 to ${most}.` };
  }
  if (typeof adminPermission !== 'string' || adminPermission === '') {
    const mend = 'Name the permission that lets somebody manage others.';
    yield { name: 'adminPermission', problem: 'is empty.', mend };
  }
  const needsBase = settings.loginCookie || settings.signedIn !== undefined;
  if (needsBase && !/^https?:$/.test(baseUrl?.protocol ?? '')) {
    const problem = 'is missing, or is no http or https URL.';
    const mend = 'A cookie alone lets requests in that change something only from pages of this address.';
    yield { name: 'baseUrl', problem, mend };
  }
}
