// Asks the directory at the end of a login: what it adds to the person's rights, and whether they may sign in at all.
import { LatchkeyError } from '../errors.ts';
import type { EventContext } from '../events.ts';
import type { DirectoryRights } from '../identity/directory-rights.ts';
import { accessOf } from '../session/local-rights.ts';
import type { LocalAccess, SessionRecord } from '../session/record.ts';
import type { TokenSet } from '../session/token-set.ts';
import type { Revoke } from './revoke.ts';

/** What asking needs. */
export interface AskDirectoryParts {
  /** Null: there is none. */
  readonly directory: DirectoryRights | null;
  readonly revoke: Revoke;
}

/**
 * What the directory adds; null where there is none. Rejects with `account_disabled`, after which the tokens are of
 * no use any more, and with `store_unavailable` when the directory cannot answer.
 */
export type AskDirectory = (
  login: Pick<SessionRecord, 'issuer' | 'subject' | 'user' | 'startedAt'>,
  tokens: TokenSet,
  context: EventContext,
) => Promise<LocalAccess | null>;

export function createAskDirectory({ directory, revoke }: AskDirectoryParts): AskDirectory {
  return async ({ issuer, subject, user, startedAt }, tokens, context) => {
    if (directory === null) return null;
    try {
      const found = await directory.signedIn({ issuer, subject, claims: user, at: startedAt });
      if (found.disabled) {
        throw new LatchkeyError('account_disabled', { detail: `the account of ${subject} is disabled` });
      }
      return accessOf(found);
    } catch (thrown) {
      const isRefused = thrown instanceof LatchkeyError && thrown.code === 'account_disabled';
      if (isRefused) await revoke(tokens, context);
      throw thrown;
    }
  };
}
