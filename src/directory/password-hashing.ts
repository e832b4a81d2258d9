// Hashing of passwords in one process: a few at once, and so many that wait.
import { hashPassword, verifyPassword } from '../crypto/password.ts';
import { createFewAtOnce, type FewAtOnceOptions } from './few-at-once.ts';

/** Makes and checks password hashes. */
export interface PasswordHashing {
  /** A new hash in PHC form. Rejects with `overloaded` when too many are being worked on. */
  hash(password: string): Promise<string>;
  /**
   * Whether the password belongs to the hash. Null: there is no hash, which takes as long as a wrong password. A text
   * that is no hash belongs to nothing. Rejects with `overloaded`.
   */
  verify(password: string, hash: string | null): Promise<boolean>;
}

/**
 * Makes the hashing of one process. Two at once leave the other half of Node's thread pool to files and names; 64 that
 * wait are about two seconds of work.
 */
export function createPasswordHashing(limits: Partial<FewAtOnceOptions> = {}): PasswordHashing {
  const fewAtOnce = createFewAtOnce({ atOnce: 2, waiting: 64, ...limits });
  return {
    hash: (password) => fewAtOnce(() => hashPassword(password)),
    verify: (password, hash) => fewAtOnce(() => verifyPassword(password, hash)),
  };
}
