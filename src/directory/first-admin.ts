// The first administrator: made once, by whoever can read what the terminal of the first start said.
import { type Clock, systemClock } from '../clock.ts';
import type { TryCounters, TryRule } from '../config/try-counters.ts';
import { equalInConstantTime, sha256 } from '../crypto/digest.ts';
import { randomToken } from '../crypto/random.ts';
import { LatchkeyError } from '../errors.ts';
import type { Limited } from './account-options.ts';
import type { Accounts } from './accounts.ts';
import type { Passwords } from './credentials.ts';
import type { PasswordProblem } from './password-policy.ts';
import type { People } from './people.ts';
import { localIssuer, type NewPerson, type Person } from './person.ts';

/** The one-time secret as it is kept. */
export interface SetupSecret {
  readonly digest: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Where the secret of the first start is kept: one, or none. */
export interface SetupSecrets {
  read(): Promise<SetupSecret | null>;
  /** Replaces one that is there. */
  write(secret: SetupSecret): Promise<void>;
  /** Takes it away. True for exactly one of those who ask at once. */
  remove(): Promise<boolean>;
}

/** What the first administrator chooses. */
export type FirstAdmin = Pick<NewPerson, 'username' | 'name' | 'email'> & { readonly password: string };

/** The answer. `refused`: the secret is not right, used up, too old, or there is an administrator already. */
export type FirstAdminAnswer =
  | { readonly kind: 'made'; readonly person: Person }
  | { readonly kind: 'refused' }
  | { readonly kind: 'unsuitable'; readonly problem: PasswordProblem }
  | Limited;

/** The way to the first administrator. */
export interface FirstAdminSetup {
  /**
   * Makes the one-time secret when nobody could administer; one from before is void then. Null: somebody can.
   * Show it where only the operator sees it, and nowhere else.
   */
  begin(): Promise<{ readonly secret: string; readonly expiresAt: number } | null>;
  /** Whether a secret waits to be used and there is still no administrator. */
  isOpen(): Promise<boolean>;
  /** Makes the administrator. Rejects with `username_taken` and `request_malformed` as `People.create`. */
  finish(secret: string, admin: FirstAdmin, address: string): Promise<FirstAdminAnswer>;
}

/** Parts of `createFirstAdmin`. */
export interface FirstAdminParts {
  readonly people: People;
  readonly passwords: Passwords;
  readonly accounts: Accounts;
  readonly secrets: SetupSecrets;
  /** Counts wrong secrets. */
  readonly tries: TryCounters;
  /** Default `admin`. */
  readonly adminPermission?: string;
  /** How long the secret is good. Default: a day. */
  readonly seconds?: number;
  readonly clock?: Clock;
}

/** Nobody guesses 144 bits; this keeps the log and the database quiet. */
const wrongSecrets: TryRule = {
  free: 10,
  pauseMs: 30_000,
  longestPauseMs: 15 * 60_000,
  forgetMs: 60 * 60_000,
};

/** Makes the way to the first administrator. */
export function createFirstAdmin(parts: FirstAdminParts): FirstAdminSetup {
  const { people, passwords, accounts, secrets, tries, clock = systemClock } = parts;
  const { adminPermission = 'admin', seconds = 86_400 } = parts;

  const secretNow = async (): Promise<SetupSecret | null> => {
    const kept = await secrets.read();
    return kept !== null && kept.expiresAt > clock() ? kept : null;
  };
  const hasAdmin = () => hasAdminWithPassword(people, passwords, adminPermission);

  return {
    async begin() {
      if (await hasAdmin()) {
        await secrets.remove();
        return null;
      }
      const secret = randomToken(18);
      const expiresAt = clock() + seconds * 1000;
      await secrets.write({ digest: sha256(secret), expiresAt });
      return { secret, expiresAt };
    },
    isOpen: async () => (await secretNow()) !== null && !(await hasAdmin()),
    async finish(secret, { password, ...admin }, address) {
      const key = sha256(`setup\n${address}`);
      const waitMs = await tries.take(key, wrongSecrets);
      if (waitMs > 0) return { kind: 'limited', retryAfterSeconds: Math.ceil(waitMs / 1000) };
      const kept = await secretNow();
      if (kept === null || !equalInConstantTime(sha256(secret.trim()), kept.digest))
        return { kind: 'refused' };
      await tries.giveBack(key);
      if (await hasAdmin()) return { kind: 'refused' };
      const { username, name = null, email = null } = admin;
      const problem = accounts.judgePassword(password, [username, name, email]);
      if (problem !== null) return { kind: 'unsuitable', problem };
      if ((await people.findByUsername(username)) !== null) throw new LatchkeyError('username_taken');
      // From here on the secret is used up, and of several who come at once only one goes on.
      if (!(await secrets.remove())) return { kind: 'refused' };
      try {
        return { kind: 'made', person: await make({ ...admin, password }) };
      } catch (error) {
        // Nothing was made: the secret is good for another try.
        await secrets.write(kept);
        throw error;
      }
    },
  };

  async function make({ password, ...admin }: FirstAdmin): Promise<Person> {
    const person = await people.create({ ...admin, permissions: [adminPermission], roles: [] }, clock());
    try {
      await accounts.setPassword(person.id, password, { temporary: false });
      return person;
    } catch (error) {
      // An account without a password would hold the name. The last-admin rule does not hold for a right nobody has.
      await people.remove(person.id, '').catch(() => {});
      throw error;
    }
  }
}

/** Whether somebody who is not disabled, has an account and a password here, may administer. */
export async function hasAdminWithPassword(
  people: People,
  passwords: Passwords,
  adminPermission: string,
): Promise<boolean> {
  const count = 500;
  for (let offset = 0; ; offset += count) {
    const page = await people.list({ search: '', sort: 'createdAt', direction: 'asc', offset, count });
    for (const person of page.people) {
      const mayAdminister = person.issuer === localIssuer && !person.disabled;
      if (!mayAdminister || !person.permissions.includes(adminPermission)) continue;
      if ((await passwords.find(person.id)) !== null) return true;
    }
    if (offset + count >= page.total) return false;
  }
}
