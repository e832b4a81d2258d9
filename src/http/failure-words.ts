// What people read when something went wrong: what happened, what it means, what to do next. One catalogue.
import type { ErrorCode, LatchkeyError } from '../errors.ts';
import { wordsForRefusal } from './refusal-words.ts';

/** The words for one failure. Plain text: whoever shows them escapes them. */
export interface FailureWords {
  readonly heading: string;
  readonly text: string;
  readonly next: 'sign_in' | 'home' | 'retry' | 'none';
}

const words: Record<ErrorCode, FailureWords> = {
  configuration_invalid: {
    heading: 'This site is not set up yet',
    text: 'Its configuration cannot be used. The person who runs it finds the reasons in the log.',
    next: 'none',
  },
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
  logout_token_invalid: {
    heading: 'That sign-out message could not be verified',
    text: 'It failed a check, so nobody was signed out by it.',
    next: 'none',
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
