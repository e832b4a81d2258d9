// What people read when a login did not come to its end.
import type { ErrorCode } from '../errors.ts';
import type { FailureWords } from './failure-words.ts';

/** The part of the catalogue that a login can end with. */
export const loginWords = {
  callback_malformed: {
    heading: 'That sign-in link does not work',
    text: 'The answer that came back from the sign-in service is not one this site asked for. Nothing has changed.',
    next: 'sign_in',
  },
  login_expired: {
    heading: 'Signing in took too long',
    text: 'The sign-in you began is no longer valid, or it was used already. Sign in again to go on.',
    next: 'sign_in',
  },
  cookies_missing: {
    heading: 'Your browser did not keep the sign-in cookie',
    text: 'Signing in needs cookies. Allow cookies for this site, then sign in again.',
    next: 'sign_in',
  },
  login_loop: {
    heading: 'Signing in does not last here',
    text: 'You were signed in several times within a minute, and each time it was lost at once, so this site stopped trying. Allow cookies for this site, then sign in again. Whoever runs this site: check that proxies pass cookies both ways, that BASE_URL is the address people open, that the clocks of all servers are right, and that the session store keeps what it is given.',
    next: 'sign_in',
  },
  issuer_mismatch: {
    heading: 'That answer came from another sign-in service',
    text: 'It does not belong to the sign-in you began here, so it was not used. Nothing has changed.',
    next: 'sign_in',
  },
  provider_refused: {
    heading: 'You were not signed in',
    text: 'The sign-in service ended the sign-in without success.',
    next: 'sign_in',
  },
  provider_unavailable: {
    heading: 'The sign-in service cannot be reached',
    text: 'It does not answer at the moment. You can go on with pages that need no sign-in and try again shortly.',
    next: 'retry',
  },
  provider_response_invalid: {
    heading: 'The sign-in service gave an answer we cannot use',
    text: 'You were not signed in. Try once more; if it happens again, tell the people who run this site.',
    next: 'sign_in',
  },
  client_rejected: {
    heading: 'This site could not identify itself to the sign-in service',
    text: 'You were not signed in. The people who run this site need to check its registration there.',
    next: 'home',
  },
  id_token_invalid: {
    heading: 'The sign-in could not be verified',
    text: 'The proof from the sign-in service failed a check, so you were not signed in.',
    next: 'sign_in',
  },
  userinfo_invalid: {
    heading: 'Your details could not be loaded',
    text: 'The sign-in service gave no usable details about you, so you were not signed in.',
    next: 'sign_in',
  },
  authentication_insufficient: {
    heading: 'This page needs a stronger sign-in',
    text: 'The sign-in service did not confirm you in the way this page asks for.',
    next: 'home',
  },
  login_not_navigated: {
    heading: 'Open this page to sign in',
    text: 'Signing in starts when you open the page yourself.',
    next: 'sign_in',
  },
} as const satisfies Partial<Record<ErrorCode, FailureWords>>;
