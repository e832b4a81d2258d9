// The accounts of the directory with their limits against guessing, as every part of the app uses them.
import {
  type Accounts,
  createAccounts,
  type DirectoryStore,
  memoryTries,
  type Person,
  type TryCounters,
} from '../directory.ts';
import { redisTries } from '../redis.ts';
import type { Log } from './log.ts';
import type { Settings } from './settings.ts';

/** Accounts, and what counts tries. */
export interface OpenAccounts {
  readonly accounts: Accounts;
  readonly tries: TryCounters;
}

/** What they need. */
export interface OpenAccountsParts {
  readonly log: Log;
  readonly directory: DirectoryStore;
  /** Counts what happens. */
  readonly count?: ((event: { readonly type: string }) => void) | undefined;
  /** Ends what somebody is signed in with, after their password has changed. */
  readonly endSessions: (person: Person, keep: unknown) => Promise<void>;
}

/** Counts in Redis where there is one, so that all nodes count together. */
export function openAccounts(settings: Settings, parts: OpenAccountsParts): OpenAccounts {
  const { directory, log, endSessions } = parts;
  const { people, passwords, loginTokens } = directory;
  const tries = settings.redisUrl === null ? memoryTries() : redisTries(settings.redisUrl);
  const accounts = createAccounts({
    people,
    passwords,
    loginTokens,
    tries,
    policy: { minLength: settings.minPasswordLength },
    endSessions,
    onEvent(event) {
      log.info(event, event.type);
      parts.count?.(event);
    },
  });
  return { accounts, tries };
}
