// What to say when passwords cannot be checked at this moment, because of too many or of a database that is away.
import { LatchkeyError } from '../errors.ts';

/** Stands for "not now" in place of an answer. */
export const tooBusy = Symbol('too busy');

export const busyWords = 'Signing in does not work at this moment. Wait a few seconds, then try again.';
export const busySeconds = 5;

/** What is away or overloaded for a moment asks for another try; everything else is a failure of ours. */
export function ifTooBusy(error: unknown): typeof tooBusy {
  if (error instanceof LatchkeyError && error.status === 503) return tooBusy;
  throw error;
}
