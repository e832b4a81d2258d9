// Why a command failed: a sentence with how to mend it, and the exit status that goes with it.
import { asLatchkeyError, ConfigurationError, type ErrorCode } from '../../index.ts';
import { startFailure } from '../start-failure.ts';

/** Exit statuses, after sysexits.h; 0 is done. */
export const exitStatus = {
  failed: 1,
  usage: 64,
  unsuitable: 65,
  notFound: 66,
  unavailable: 69,
  /** The change is written, and not everything that follows from it could be done: the same command again mends it. */
  again: 75,
  refused: 77,
  configuration: 78,
} as const;

/** A failure with words of its own. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly status: number;
  readonly code: string;

  constructor(kind: keyof typeof exitStatus, words: string, code: string = kind) {
    super(words);
    this.status = exitStatus[kind];
    this.code = code;
  }
}

const known: { readonly [Code in ErrorCode]?: readonly [keyof typeof exitStatus, string] } = {
  username_taken: ['refused', 'Another account has this user name. Choose another one.'],
  last_admin: [
    'refused',
    'Nobody would be left who may administer. Give somebody else the permission admin first.',
  ],
  not_found: [
    'notFound',
    'There is no such account with a password. "latchkey users list" shows who there is.',
  ],
  store_unavailable: [
    'unavailable',
    'The database or the session store does not answer. Check DATABASE_URL, REDIS_URL and DATA_DIR, and try again.',
  ],
  payload_too_large: ['unsuitable', 'That is too long. Shorten it.'],
};

/** Anything thrown as a failure of the command. */
export function commandErrorOf(thrown: unknown): CommandError {
  if (thrown instanceof CommandError) return thrown;
  if (thrown instanceof ConfigurationError) {
    return new CommandError('configuration', startFailure(thrown).words, thrown.code);
  }
  const error = asLatchkeyError(thrown);
  const [kind, words] = known[error.code] ?? ['failed', ''];
  if (words !== '') return new CommandError(kind, words, error.code);
  if (error.code === 'request_malformed') {
    return new CommandError('unsuitable', `That cannot be kept: ${error.message}. Change it.`, error.code);
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new CommandError('failed', `The command failed: ${message}.`, error.code);
}
