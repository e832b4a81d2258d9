// What accounts are given, what they answer, and what they report.
import type { Clock } from '../clock.ts';
import type { TryCounters } from '../config/try-counters.ts';
import type { LoginTokens, Passwords } from './credentials.ts';
import type { PasswordHashing } from './password-hashing.ts';
import type { PasswordPolicyOptions, PasswordProblem } from './password-policy.ts';
import type { People } from './people.ts';
import type { Person } from './person.ts';

/** Options of `createAccounts`. */
export interface AccountsOptions {
  readonly people: People;
  readonly passwords: Passwords;
  /** Where given, the tokens of JSON logins end with the password that they were got by. */
  readonly loginTokens?: LoginTokens;
  /** Counts failed tries. Default: in the memory of this process; share one where there are several. */
  readonly tries?: TryCounters;
  readonly policy?: PasswordPolicyOptions;
  /** Default: one of this process' own. */
  readonly hashing?: PasswordHashing;
  /** A temporary password is good for so long. Default: seven days. */
  readonly temporarySeconds?: number;
  /**
   * Ends the sessions of a person whose password has changed, such as by `auth.people.endAll`. `keep` is what the caller
   * of `changePassword` named: the request that the person has made, whose session stays; null: all of them end.
   */
  readonly endSessions?: (person: Person, keep: unknown) => Promise<void>;
  readonly onEvent?: (event: AccountEvent) => void;
  /** Default: the system clock. */
  readonly clock?: Clock;
}

/** What happened. It never carries what somebody typed: a password is typed as a name at times. */
export type AccountEvent =
  | {
      readonly type: 'account_login_refused';
      readonly reason: 'unknown' | 'wrong_password' | 'disabled' | 'temporary_expired';
      /** Null: nobody has this name. */
      readonly personId: string | null;
      readonly address: string;
      readonly requestId?: string;
    }
  | {
      readonly type: 'account_login_limited';
      readonly address: string;
      readonly retryAfterSeconds: number;
      readonly requestId?: string;
    }
  | {
      readonly type: 'account_password_changed';
      readonly personId: string;
      /** An administrator, or the person. */
      readonly by: 'person' | 'administrator';
    };

/** Wrong passwords came too often. */
export interface Limited {
  readonly kind: 'limited';
  readonly retryAfterSeconds: number;
}

/** The answer to a name and a password. `refused` is all the same: no such account, disabled, or another password. */
export type Authentication =
  | {
      readonly kind: 'ok';
      readonly person: Person;
      /** The password is a temporary one: nothing but choosing another one is allowed with it. */
      readonly mustChangePassword: boolean;
      /** When the password was set; `replaceTemporary` takes it as a proof that it is still the same. */
      readonly passwordChangedAt: number;
    }
  | { readonly kind: 'refused' }
  | Limited;

/** The answer to a new password. `refused`: the old one is not theirs, or there is no such account. */
export type PasswordAnswer =
  | { readonly kind: 'changed' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'unsuitable'; readonly problem: PasswordProblem }
  | Limited;
