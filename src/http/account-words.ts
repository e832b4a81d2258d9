// What people read when something is refused about accounts and their passwords.
import type { ErrorCode } from '../errors.ts';
import type { FailureWords } from './failure-words.ts';

/** Their part of the catalogue. */
export const accountWords = {
  password_wrong: {
    heading: 'That password is not right',
    text: 'It is not the one this account has now. Nothing has changed.',
    next: 'none',
  },
  password_refused: {
    heading: 'That password cannot be taken',
    text: 'It is too easy to guess, or not of the form that is asked for. Choose another one.',
    next: 'none',
  },
  password_change_required: {
    heading: 'Choose a password of your own first',
    text: 'The one you signed in with was set by an administrator, and is only good for choosing another one.',
    next: 'none',
  },
  own_account: {
    heading: 'That is your own account',
    text: 'Nobody deletes themselves. Ask another administrator to do it.',
    next: 'none',
  },
  too_many_requests: {
    heading: 'Too many requests',
    text: 'They came faster than this site takes them. Nothing is locked: try again a little later.',
    next: 'retry',
  },
} as const satisfies Partial<Record<ErrorCode, FailureWords>>;
