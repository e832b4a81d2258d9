// Every way latchkey can fail: a stable code, the status it answers with, and one error class that carries them.

/** Status per code. Codes are part of the public contract: people match on them in logs and in JSON bodies. */
const statusByCode = {
  /** The options or the environment are wrong; thrown at start with every problem listed. */
  configuration_invalid: 500,
  /** The callback came without a state, with one that is not ours, or with parameters given twice. */
  callback_malformed: 400,
  /** The login took too long, or its callback was used before, and it could not be healed. */
  login_expired: 400,
  /** The browser does not give the login cookie back, even after one automatic restart. */
  cookies_missing: 400,
  /** Signing in works, but nobody is signed in afterwards: it began by itself again and again. */
  login_loop: 403,
  /** The authorization response names another issuer than the one this login began with (RFC 9207). */
  issuer_mismatch: 400,
  /** The provider answered the authorization request with an error (`providerError` has its code). */
  provider_refused: 403,
  /** The provider could not be reached, was too slow, or said that it is unavailable. */
  provider_unavailable: 503,
  /** The provider answered with something that the protocol does not allow. */
  provider_response_invalid: 502,
  /** The provider refused our client credentials: for the operator to mend. */
  client_rejected: 502,
  /** The ID token failed a check. */
  id_token_invalid: 502,
  /** The logout token of a back-channel logout failed a check. */
  logout_token_invalid: 400,
  /** Userinfo could not be used: another subject, no subject, not JSON, or not there. */
  userinfo_invalid: 502,
  /** The provider did not deliver the authentication strength or freshness that was asked for. */
  authentication_insufficient: 403,
  /** A login was asked for by something that is not a page navigation. */
  login_not_navigated: 403,
  /** No credential, a bad one or an expired one. */
  unauthenticated: 401,
  /** A token came in two ways at once, or a header that carries one came twice. */
  credential_ambiguous: 400,
  /** An API key at a route that takes none; said before it is looked up. */
  api_key_not_allowed: 403,
  insufficient_scope: 403,
  insufficient_permissions: 403,
  insufficient_roles: 403,
  /** The guard's own `check` said no. */
  check_refused: 403,
  /** The person exists, and an administrator has disabled the account. */
  account_disabled: 403,
  /** Another account has this user name. */
  username_taken: 409,
  /** Nobody would be left who may administer. */
  last_admin: 409,
  /** An administrator is about to delete their own account. */
  own_account: 409,
  /** The current password that was given is not right. */
  password_wrong: 403,
  /** The password cannot be taken: too short, too common. */
  password_refused: 400,
  /** An administrator chose the password; the person has to choose another one first. */
  password_change_required: 403,
  /** More requests came than one address, account or API key may send. */
  too_many_requests: 429,
  /** The object belongs to somebody else. */
  not_owner: 403,
  /** A request that changes something came without proof that one of our own pages sent it. */
  cross_site_request: 403,
  /** Wrong passwords came too often; `retryAfterSeconds` says when trying again makes sense. */
  too_many_tries: 429,
  /** More work of a costly kind came than can be done, such as the checking of passwords. */
  overloaded: 503,
  /** The session store is unreachable or too slow. */
  store_unavailable: 503,
  /** A service that was called refused or failed; `ApiError` has its own status. */
  upstream_refused: 502,
  /** A service that was called could not be reached, was too slow, or said that it is unavailable. */
  upstream_unavailable: 503,
  /** A service that was called gave an answer that cannot be used. */
  upstream_response_invalid: 502,
  /** The request came over plain http although the base URL is https. */
  transport_insecure: 400,
  request_malformed: 400,
  payload_too_large: 413,
  not_found: 404,
  method_not_allowed: 405,
  internal_error: 500,
} as const;

/** A stable error code. */
export type ErrorCode = keyof typeof statusByCode;

/** Whether it is one of our codes, and not something that came from elsewhere. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(statusByCode, text);
}

/** What an error may carry beside its code. */
export interface ErrorDetails {
  /** For the log only: may name internals, never secrets or tokens. */
  readonly detail?: string;
  readonly cause?: unknown;
  /** The provider's `error` code, as it came. Hostile text until escaped. */
  readonly providerError?: string;
  /** The provider's `error_description`, shortened. Hostile text until escaped. */
  readonly providerText?: string;
  /** Scopes, permissions or roles that were missing. */
  readonly needed?: readonly string[];
  /** All scopes that are required together, also those that are there: what a client has to ask for. */
  readonly scope?: readonly string[];
  /** Seconds after which trying again makes sense. */
  readonly retryAfterSeconds?: number;
  /** The local path that the visitor was on the way to. */
  readonly returnTo?: string;
  /** RFC 6750's code for it and a sentence for the client's developer, in characters that a header takes. */
  readonly oauthError?: { readonly error: string; readonly description: string };
  /** Another status than the code's own, where one code covers several (the provider's refusals). */
  readonly status?: number;
}

/** The one error class. Switch on `code`; show nothing but the words that belong to the code. */
export class LatchkeyError extends Error {
  override readonly name = 'LatchkeyError';
  readonly code: ErrorCode;
  readonly status: number;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    super(details.detail ?? code, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = details.status ?? statusByCode[code];
    this.details = details;
  }
}

/** One thing wrong with the configuration, and how to mend it. */
export interface ConfigurationProblem {
  /** The option or environment variable. */
  readonly name: string;
  readonly problem: string;
  readonly mend: string;
}

/** Thrown at start: lists every problem at once. */
export class ConfigurationError extends LatchkeyError {
  readonly problems: readonly ConfigurationProblem[];

  constructor(problems: readonly ConfigurationProblem[]) {
    const lines = problems.map((p) => `  - ${p.name}: ${p.problem} ${p.mend}`);
    super('configuration_invalid', { detail: `The configuration cannot be used:\n${lines.join('\n')}` });
    this.problems = problems;
  }
}

/**
 * Turns anything thrown into a LatchkeyError, keeping it as the cause. Express and its parsers say by a `status`
 * that the request is to blame.
 */
export function asLatchkeyError(thrown: unknown): LatchkeyError {
  if (thrown instanceof LatchkeyError) return thrown;
  const status = thrown instanceof Error && 'status' in thrown ? Number(thrown.status) : 500;
  if (status === 404) return new LatchkeyError('not_found', { cause: thrown });
  if (status === 413) return new LatchkeyError('payload_too_large', { cause: thrown });
  if (status >= 400 && status < 500) return new LatchkeyError('request_malformed', { cause: thrown });
  return new LatchkeyError('internal_error', {
    detail: thrown instanceof Error ? thrown.message : 'a value that is not an error was thrown',
    cause: thrown,
  });
}
