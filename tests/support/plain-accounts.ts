// Accounts for tests of the JSON API: passwords in the directory, a short policy, a limit that can be reached.
import { sha256 } from '../../src/crypto/digest.ts';
import type { DirectoryStore, PasswordChange, UserApiAccounts } from '../../src/directory.ts';

const mostTries = 5;
const waitSeconds = 900;

const judgePassword = (password: string) =>
  password.length < 8 ? { words: 'It has fewer than 8 characters.' } : null;

/** Hashes are fast here: how passwords are hashed is tested where it is done. */
export const plainAccounts = (directory: DirectoryStore, now: () => number): UserApiAccounts => {
  const { people, passwords } = directory;
  const tries = new Map<string, number>();
  const hashOf = (personId: string, password: string) => `$plain$${sha256(`${personId} ${password}`)}`;
  const isRight = async (personId: string, password: string): Promise<boolean> =>
    (await passwords.find(personId))?.hash === hashOf(personId, password);
  const set = async (personId: string, wanted: string, temporary: boolean): Promise<PasswordChange> => {
    const problem = judgePassword(wanted);
    if (problem !== null) return { kind: 'unsuitable', problem };
    await passwords.set({ personId, hash: hashOf(personId, wanted), temporary, changedAt: now() });
    return { kind: 'changed' };
  };
  return {
    async authenticate(username, password) {
      const failed = tries.get(username) ?? 0;
      if (failed >= mostTries) return { kind: 'limited', retryAfterSeconds: waitSeconds };
      const person = await people.findByUsername(username);
      const record = await passwords.find(person?.id ?? 'nobody');
      if (person !== null && record !== null && !person.disabled && (await isRight(person.id, password))) {
        return { kind: 'ok', person, passwordChangedAt: record.changedAt };
      }
      tries.set(username, failed + 1);
      return { kind: 'refused' };
    },
    async changePassword(personId, current, wanted) {
      if (!(await isRight(personId, current))) return { kind: 'refused' };
      return set(personId, wanted, false);
    },
    judgePassword,
    setPassword: (personId, wanted, { temporary }) => set(personId, wanted, temporary),
  };
};
