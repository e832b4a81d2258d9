// New passwords: chosen by the person, in place of a temporary one, or set by an administrator.
import type { Clock } from '../clock.ts';
import { LatchkeyError } from '../errors.ts';
import type { AccountsOptions, PasswordAnswer } from './account-options.ts';
import type { LoginLimit, LoginOrigin } from './login-limit.ts';
import type { PasswordHashing } from './password-hashing.ts';
import type { PasswordPolicy, PasswordProblem } from './password-policy.ts';
import { localIssuer, type Person } from './person.ts';

/** What stays when a person changes their own password. */
export interface KeptLogins {
  /** The session that the person is in, as `endSessions` takes it: the request. Default: none stays. */
  readonly session?: unknown;
  /** The digest of the login token that the change was asked for with. Default: none stays. */
  readonly tokenDigest?: string;
}

/** The ways to a new password. */
export interface PasswordChanges {
  /** The person's own change: the old password is required, and all other sessions and login tokens end. */
  changePassword(
    personId: string,
    oldPassword: string,
    newPassword: string,
    origin: LoginOrigin,
    keep?: KeptLogins,
  ): Promise<PasswordAnswer>;
  /**
   * In place of a temporary password that was entered a moment ago.
   * @param passwordChangedAt - as `authenticate` gave it: when another password was set since, this is refused
   */
  replaceTemporary(personId: string, passwordChangedAt: number, newPassword: string): Promise<PasswordAnswer>;
  /**
   * Set by an administrator, and temporary unless told: the person has to choose another one at the next login.
   * Everything that they are signed in with ends. Rejects with `not_found` when there is no such account.
   */
  setPassword(
    personId: string,
    newPassword: string,
    options?: { readonly temporary?: boolean },
  ): Promise<Exclude<PasswordAnswer, { kind: 'refused' | 'limited' }>>;
  /** What is wrong with a new password for an account that is yet to be made; null: nothing. */
  judgePassword(password: string, about?: readonly (string | null)[]): PasswordProblem | null;
}

interface ChangeParts extends Omit<AccountsOptions, 'policy'> {
  readonly clock: Clock;
  readonly hashing: PasswordHashing;
  readonly limit: LoginLimit;
  readonly policy: PasswordPolicy;
  readonly report: NonNullable<AccountsOptions['onEvent']>;
}

const unchanged: PasswordProblem = {
  code: 'password_unchanged',
  words: 'That is the password you have now. Choose another one.',
};

/** Makes the ways. */
export function createChangePassword(parts: ChangeParts): PasswordChanges {
  const { people, passwords, hashing, limit, policy, report } = parts;

  const aboutOf = ({ username, name, email }: Person) => [username, name, email];
  const accountOf = async (personId: string): Promise<Person | null> => {
    const person = await people.find(personId);
    return person?.issuer === localIssuer ? person : null;
  };
  const keep = async (
    person: Person,
    password: string,
    { temporary, by, kept }: { temporary: boolean; by: 'person' | 'administrator'; kept: KeptLogins },
  ): Promise<{ readonly kind: 'changed' }> => {
    const hash = await hashing.hash(password);
    // One more than before at the least: `replaceTemporary` tells passwords apart by it.
    const before = (await passwords.find(person.id))?.changedAt ?? 0;
    const changedAt = Math.max(parts.clock(), before + 1);
    await passwords.set({ personId: person.id, hash, temporary, changedAt });
    report({ type: 'account_password_changed', personId: person.id, by });
    await parts.loginTokens?.removeAll(person.id, kept.tokenDigest);
    await parts.endSessions?.(person, kept.session ?? null);
    return { kind: 'changed' };
  };

  return {
    judgePassword: policy,
    async changePassword(personId, oldPassword, newPassword, origin, kept = {}) {
      const person = await accountOf(personId);
      if (person === null || person.disabled || person.username === null) return { kind: 'refused' };
      // The old password could be guessed here as well as at the login.
      const begun = await limit.begin(person.username, origin);
      if (!('succeed' in begun)) return { kind: 'limited', retryAfterSeconds: begun.waitSeconds };
      const record = await passwords.find(personId);
      const isRight = await hashing.verify(oldPassword, record?.hash ?? null);
      if (!isRight) return { kind: 'refused' };
      await begun.succeed();
      const problem = policy(newPassword, aboutOf(person));
      if (problem !== null) return { kind: 'unsuitable', problem };
      if (await hashing.verify(newPassword, record?.hash ?? null)) {
        return { kind: 'unsuitable', problem: unchanged };
      }
      return keep(person, newPassword, { temporary: false, by: 'person', kept });
    },
    async replaceTemporary(personId, passwordChangedAt, newPassword) {
      const person = await accountOf(personId);
      const record = await passwords.find(personId);
      const isSame = record?.temporary === true && record.changedAt === passwordChangedAt;
      if (person === null || person.disabled || record === null || !isSame) return { kind: 'refused' };
      const problem = policy(newPassword, aboutOf(person));
      if (problem !== null) return { kind: 'unsuitable', problem };
      if (await hashing.verify(newPassword, record.hash)) return { kind: 'unsuitable', problem: unchanged };
      return keep(person, newPassword, { temporary: false, by: 'person', kept: {} });
    },
    async setPassword(personId, newPassword, { temporary = true } = {}) {
      const person = await accountOf(personId);
      if (person === null) {
        throw new LatchkeyError('not_found', { detail: 'no account with a password has this id' });
      }
      const problem = policy(newPassword, aboutOf(person));
      if (problem !== null) return { kind: 'unsuitable', problem };
      if (person.username !== null) await limit.forgive(person.username);
      return keep(person, newPassword, { temporary, by: 'administrator', kept: {} });
    },
  };
}
