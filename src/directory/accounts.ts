// Accounts that are kept here: who may log in with a name and a password.
import { systemClock } from '../clock.ts';
import { needsRehash } from '../crypto/password.ts';
import { memoryTries } from '../stores/memory-tries.ts';
import type { AccountsOptions, Authentication } from './account-options.ts';
import { createChangePassword, type PasswordChanges } from './change-password.ts';
import type { PasswordRecord } from './credentials.ts';
import { createLoginLimit, type LoginOrigin } from './login-limit.ts';
import { createPasswordHashing } from './password-hashing.ts';
import { createPasswordPolicy, longestPassword } from './password-policy.ts';
import { localIssuer, type Person } from './person.ts';

const longestUsername = 256;
const temporarySeconds = 7 * 24 * 60 * 60;

/** The accounts. */
export interface Accounts extends PasswordChanges {
  /**
   * Checks a name and a password. An unknown name, a disabled account and a wrong password get the same answer after
   * the same work. Rejects with `overloaded` when too many are being checked, and with `store_unavailable`.
   */
  authenticate(username: string, password: string, origin: LoginOrigin): Promise<Authentication>;
}

/** Makes the accounts on the ports of a directory. */
export function createAccounts(options: AccountsOptions): Accounts {
  const { people, passwords, clock = systemClock } = options;
  const { hashing = createPasswordHashing(), tries = memoryTries({ clock }) } = options;
  const limit = createLoginLimit(tries);
  const policy = createPasswordPolicy(options.policy);
  const temporaryMs = (options.temporarySeconds ?? temporarySeconds) * 1000;
  const report: AccountsOptions['onEvent'] = (event) => options.onEvent?.(event);

  const refusalOf = (person: Person | null, record: PasswordRecord | null, isRight: boolean) => {
    if (person === null || person.issuer !== localIssuer) return 'unknown';
    if (record === null || !isRight) return 'wrong_password';
    if (person.disabled) return 'disabled';
    return record.temporary && record.changedAt + temporaryMs <= clock() ? 'temporary_expired' : null;
  };

  /** A better hash for a password that is known at this moment. A login does not fail by it. */
  const rehash = async (record: PasswordRecord, password: string): Promise<void> => {
    if (!needsRehash(record.hash)) return;
    try {
      await passwords.rehash(record.personId, record.hash, await hashing.hash(password));
    } catch {
      // Too much to do, or the database went away: the next login tries again.
    }
  };

  return {
    ...createChangePassword({ ...options, clock, hashing, limit, policy, report }),
    async authenticate(username, password, origin): Promise<Authentication> {
      const name = username.slice(0, longestUsername + 1);
      const { address, requestId } = origin;
      const where = { address, ...(requestId === undefined ? {} : { requestId }) };
      const begun = await limit.begin(name, origin);
      if (!('succeed' in begun)) {
        const { waitSeconds: retryAfterSeconds } = begun;
        report({ type: 'account_login_limited', ...where, retryAfterSeconds });
        return { kind: 'limited', retryAfterSeconds };
      }
      const isTooLong = name.length > longestUsername || isOverlong(password);
      const person = isTooLong ? null : await people.findByUsername(name);
      // Asked for in any case, as a look-up that is left out could be told from one that is not.
      const record = await passwords.find(person?.id ?? 'nobody');
      const isRight = await hashing.verify(isTooLong ? '' : password, record?.hash ?? null);
      const reason = refusalOf(person, record, isRight);
      if (reason !== null || person === null || record === null) {
        const about = { personId: person?.id ?? null, ...where };
        report({ type: 'account_login_refused', reason: reason ?? 'unknown', ...about });
        return { kind: 'refused' };
      }
      await begun.succeed();
      await rehash(record, password);
      const { temporary: mustChangePassword, changedAt: passwordChangedAt } = record;
      return { kind: 'ok', person, mustChangePassword, passwordChangedAt };
    },
  };
}

/** Longer than any password that could have been set. */
function isOverlong(password: string): boolean {
  return password.length > 4 * longestPassword;
}
