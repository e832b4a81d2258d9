// What people read when something went wrong: what happened, what it means, what to do next. One catalogue.
import type { ErrorCode, LatchkeyError } from '../errors.ts';
import { accountWords } from './account-words.ts';
import { loginWords } from './login-words.ts';
import { wordsForRefusal } from './refusal-words.ts';

/** The words for one failure. Plain text: whoever shows them escapes them. */
export interface FailureWords {
  readonly heading: string;
  readonly text: string;
  readonly next: 'sign_in' | 'home' | 'retry' | 'none';
}

const words: Record<ErrorCode, FailureWords> = {
  ...loginWords,
  ...accountWords,
  configuration_invalid: {
    heading: 'This site is not set up yet',
    text: 'Its configuration cannot be used. The person who runs it finds the reasons in the log.',
    next: 'none',
  },
  logout_token_invalid: {
    heading: 'That sign-out message could not be verified',
    text: 'It failed a check, so nobody was signed out by it.',
    next: 'none',
  },
  unauthenticated: {
    heading: 'Sign in to see this page',
    text: 'You are not signed in, or your session has ended.',
    next: 'sign_in',
  },
  credential_ambiguous: {
    heading: 'That request carries more than one credential',
    text: 'A token may come in one way only: in the Authorization header. Nothing has changed.',
    next: 'none',
  },
  api_key_not_allowed: {
    heading: 'This address takes no API keys',
    text: 'Send an access token in its place, or sign in.',
    next: 'none',
  },
  insufficient_scope: {
    heading: 'Your sign-in does not cover this page',
    text: 'It needs access that was not granted when you signed in.',
    next: 'home',
  },
  insufficient_permissions: {
    heading: 'You may not open this page',
    text: 'Your account lacks a permission. Ask an administrator of this site for it.',
    next: 'home',
  },
  insufficient_roles: {
    heading: 'You may not open this page',
    text: 'Your account lacks a role. Ask an administrator of this site for it.',
    next: 'home',
  },
  account_disabled: {
    heading: 'Your account is disabled',
    text: 'An administrator of this site has disabled it. Ask them if you think that is a mistake.',
    next: 'home',
  },
  username_taken: {
    heading: 'That user name is taken',
    text: 'Another account has it. Choose a different one.',
    next: 'none',
  },
  last_admin: {
    heading: 'Somebody has to stay administrator',
    text: 'This is the last account that may administer. Make somebody else an administrator first.',
    next: 'none',
  },
  not_owner: {
    heading: 'This belongs to somebody else',
    text: 'You are signed in, but only its owner may open or change it.',
    next: 'home',
  },
  check_refused: {
    heading: 'You may not open this page',
    text: 'Your account is signed in, but this page is not open to it.',
    next: 'home',
  },
  cross_site_request: {
    heading: 'That request did not come from this site',
    text: 'To protect you it was not carried out. Open the page here and try again.',
    next: 'home',
  },
  too_many_tries: {
    heading: 'Too many tries',
    text: 'Wrong passwords came too often, so this waits for a while. Nothing is locked: try again a little later.',
    next: 'retry',
  },
  overloaded: {
    heading: 'Too much is going on right now',
    text: 'More people sign in at this moment than can be served. Try again in a few seconds.',
    next: 'retry',
  },
  store_unavailable: {
    heading: 'Sessions are unavailable for a moment',
    text: 'You have not been signed out. Try again in a few seconds.',
    next: 'retry',
  },
  upstream_refused: {
    heading: 'A service behind this site said no',
    text: 'It is needed for this page. Nothing is wrong with your sign-in; try again in a while.',
    next: 'retry',
  },
  upstream_unavailable: {
    heading: 'A service behind this site is away',
    text: 'It is needed for this page. Nothing is wrong with your sign-in; try again in a few seconds.',
    next: 'retry',
  },
  upstream_response_invalid: {
    heading: 'A service behind this site gave an answer we cannot use',
    text: 'It is needed for this page. Nothing is wrong with your sign-in; try again in a while.',
    next: 'retry',
  },
  transport_insecure: {
    heading: 'This site is only open over https',
    text: 'The request arrived over plain http. Whoever runs this site: if a proxy ends TLS, set TRUST_PROXY and have it send X-Forwarded-Proto.',
    next: 'none',
  },
  request_malformed: {
    heading: 'That request could not be read',
    text: 'Something in it is not as it should be. Nothing has changed.',
    next: 'home',
  },
  payload_too_large: {
    heading: 'That was too large',
    text: 'The request holds more than this page takes. Nothing has changed.',
    next: 'home',
  },
  not_found: {
    heading: 'There is no page here',
    text: 'The address may be mistyped, or the page has moved.',
    next: 'home',
  },
  method_not_allowed: {
    heading: 'That cannot be done here',
    text: 'This address does not take that kind of request.',
    next: 'home',
  },
  internal_error: {
    heading: 'Something went wrong on our side',
    text: 'The page could not be made. It has been noted; try again, and give the reference if you ask for help.',
    next: 'retry',
  },
};

/** The words for an error. */
export function wordsFor(error: LatchkeyError): FailureWords {
  const { providerError } = error.details;
  const refusal = error.code === 'provider_refused' && providerError ? wordsForRefusal(providerError) : null;
  return refusal ?? words[error.code];
}
