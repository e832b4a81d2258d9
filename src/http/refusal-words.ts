// What people read when the provider itself said no: its error codes in words.
import type { FailureWords } from './failure-words.ts';

/** Words for one refusal, and another status than 403 where the person is not the one refused. */
interface RefusalWords extends FailureWords {
  readonly status?: number;
}

/** The provider's own refusals (RFC 6749 section 4.1.2.1, OpenID Connect Core section 3.1.2.6). */
const refusals: Record<string, RefusalWords> = {
  access_denied: {
    heading: 'You said no at the sign-in service',
    text: 'The sign-in was cancelled there, or your account may not use this site.',
    next: 'sign_in',
  },
  login_required: {
    heading: 'The sign-in service wants you to sign in',
    text: 'You are not signed in there at the moment.',
    next: 'sign_in',
  },
  consent_required: {
    heading: 'The sign-in service wants your consent',
    text: 'It needs you to agree before it lets you in here.',
    next: 'sign_in',
  },
  interaction_required: {
    heading: 'The sign-in service wants to ask you something',
    text: 'It could not go on without you.',
    next: 'sign_in',
  },
  account_selection_required: {
    heading: 'Choose an account at the sign-in service',
    text: 'It does not know which of your accounts to use.',
    next: 'sign_in',
  },
  unmet_authentication_requirements: {
    heading: 'This page needs a stronger sign-in',
    text: 'The sign-in service could not confirm you in the way this page asks for.',
    next: 'sign_in',
  },
  temporarily_unavailable: {
    heading: 'The sign-in service is busy',
    text: 'It asks you to try again in a moment.',
    next: 'sign_in',
    status: 503,
  },
  server_error: {
    heading: 'The sign-in service had a problem',
    text: 'It could not finish the sign-in. Try again in a moment.',
    next: 'sign_in',
    status: 502,
  },
  invalid_scope: {
    heading: 'This site asked the sign-in service for too much',
    text: 'The people who run this site need to check which scopes it asks for.',
    next: 'sign_in',
    status: 502,
  },
  invalid_request: {
    heading: 'The sign-in service did not understand this site',
    text: 'The people who run this site need to check its registration there.',
    next: 'sign_in',
    status: 502,
  },
  // RFC 8707 section 2.
  invalid_target: {
    heading: 'The sign-in service does not know the API this site asks for',
    text: 'The people who run this site need to check which API it asks access to.',
    next: 'sign_in',
    status: 502,
  },
  unsupported_response_type: {
    heading: 'The sign-in service does not offer the way this site signs people in',
    text: 'The people who run this site need to allow the authorization code flow there.',
    next: 'sign_in',
    status: 502,
  },
  unauthorized_client: {
    heading: 'The sign-in service does not let this site sign people in',
    text: 'The people who run this site need to check its registration there.',
    next: 'sign_in',
    status: 502,
  },
};

/** The words for a provider's error code; null for one that is not known. */
export function wordsForRefusal(providerError: string): FailureWords | null {
  return Object.hasOwn(refusals, providerError) ? (refusals[providerError] ?? null) : null;
}

/** The status that a refusal by the provider is answered with: 403 unless the fault is theirs or ours. */
export function statusOfRefusal(providerError: string): number {
  return (Object.hasOwn(refusals, providerError) ? refusals[providerError]?.status : undefined) ?? 403;
}
