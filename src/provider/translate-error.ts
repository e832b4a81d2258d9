// Turns what openid-client and jose throw into our errors: the one place that knows their codes.
import { errors as joseErrors } from 'jose';
import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client';
import { asLatchkeyError, type ErrorCode, LatchkeyError } from '../errors.ts';
import { statusOfRefusal } from '../http/refusal-words.ts';

/** Which call failed: the same code means different things at different endpoints. */
export type ProviderCall =
  | 'discovery'
  | 'authorization'
  | 'token'
  | 'refresh'
  | 'userinfo'
  | 'revocation'
  | 'introspection'
  | 'keys';

const maxProviderText = 300;

/** Some servers do not percent-decode Basic credentials; a secret with special characters fails there. */
const credentialsHint = 'Check the client id and secret; if they are right, try client_secret_post.';

/** Some providers refuse what they do not know instead of leaving it out (RFC 6749 section 3.3 allows both). */
const scopeHint =
  'Check the scope that is asked for; if the provider does not know offline_access, leave it out.';

/** Translates. What is ours already stays as it is. */
export function translateError(thrown: unknown, call: ProviderCall): LatchkeyError {
  const inner = thrown instanceof Error && thrown.cause instanceof LatchkeyError ? thrown.cause : thrown;
  if (inner instanceof LatchkeyError) return inner;
  if (thrown instanceof AuthorizationResponseError) {
    return new LatchkeyError('provider_refused', {
      status: statusOfRefusal(thrown.error),
      ...wordsOf(thrown.error, thrown.error_description),
      detail: `the authorization response is an error${thrown.error === 'invalid_scope' ? `. ${scopeHint}` : ''}`,
      cause: thrown,
    });
  }
  if (thrown instanceof ResponseBodyError) return translateBody(thrown, call);
  if (thrown instanceof WWWAuthenticateChallengeError) {
    const detail = `${call} endpoint answered ${thrown.status} with a challenge`;
    return call === 'userinfo'
      ? new LatchkeyError('userinfo_invalid', { detail, cause: thrown })
      : new LatchkeyError('client_rejected', { detail: `${detail}. ${credentialsHint}`, cause: thrown });
  }
  if (thrown instanceof ClientError) return translateClientError(thrown, call);
  if (thrown instanceof joseErrors.JOSEError) {
    const code = thrown.code === 'ERR_JOSE_GENERIC' ? 'provider_response_invalid' : 'id_token_invalid';
    return new LatchkeyError(code, { detail: `${thrown.code}: ${thrown.message}`, cause: thrown });
  }
  // WebCrypto says a DOMException where a published key cannot be read.
  if ((thrown instanceof TypeError || thrown instanceof DOMException) && call === 'keys') {
    return new LatchkeyError('id_token_invalid', {
      detail: `unusable key: ${thrown.message}`,
      cause: thrown,
    });
  }
  return asLatchkeyError(thrown);
}

/** The status the provider answered with, where it answered at all and openid-client objected to it. */
export function statusOfAnswer(thrown: unknown): number | null {
  if (thrown instanceof ResponseBodyError || thrown instanceof WWWAuthenticateChallengeError)
    return thrown.status;
  return thrown instanceof ClientError && thrown.cause instanceof Response ? thrown.cause.status : null;
}

function translateBody(error: ResponseBodyError, call: ProviderCall): LatchkeyError {
  const detail = `${call} endpoint answered ${error.status} ${printable(error.error)}`;
  const details = { detail, cause: error, ...wordsOf(error.error, undefined) };
  if (error.status >= 500 || error.status === 429) {
    return new LatchkeyError('provider_unavailable', { ...details, ...retryAfter(error.response) });
  }
  if (error.error === 'invalid_client') {
    return new LatchkeyError('client_rejected', { ...details, detail: `${detail}. ${credentialsHint}` });
  }
  if (call === 'userinfo') return new LatchkeyError('userinfo_invalid', details);
  // An authorization code that the provider no longer takes is used up or too old: signing in again mends it.
  if (error.error === 'invalid_grant') return new LatchkeyError('login_expired', details);
  return new LatchkeyError('provider_response_invalid', details);
}

function translateClientError(error: ClientError, call: ProviderCall): LatchkeyError {
  const status = error.cause instanceof Response ? error.cause.status : null;
  const because = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  const what = `${call}: ${error.code ?? 'unknown'} ${error.message}${because}${status === null ? '' : ` (${status})`}`;
  const code = clientErrorCode(error, call, status);
  const detail = code === 'client_rejected' ? `${what}. ${credentialsHint}` : what;
  const response = error.cause instanceof Response ? error.cause : undefined;
  return new LatchkeyError(code, { detail, cause: error, ...(response ? retryAfter(response) : {}) });
}

function clientErrorCode(error: ClientError, call: ProviderCall, status: number | null): ErrorCode {
  if (error.code === 'OAUTH_TIMEOUT' || error.code === 'OAUTH_ABORT') return 'provider_unavailable';
  if (status !== null && (status >= 500 || status === 429)) return 'provider_unavailable';
  if (call === 'userinfo') return 'userinfo_invalid';
  if (call === 'token' && status === 401) return 'client_rejected';
  if (error.code?.startsWith('OAUTH_JWT_') || error.code === 'OAUTH_KEY_SELECTION_FAILED')
    return 'id_token_invalid';
  return 'provider_response_invalid';
}

/** Seconds from a Retry-After header of a failed response, at most an hour. */
function retryAfter(response: Response | undefined): { retryAfterSeconds?: number } {
  const seconds = Number(response?.headers.get('retry-after'));
  return Number.isInteger(seconds) && seconds > 0 ? { retryAfterSeconds: Math.min(seconds, 3600) } : {};
}

function wordsOf(
  error: string,
  description: string | undefined,
): { providerError: string; providerText?: string } {
  const text = description === undefined ? '' : printable(description);
  return { providerError: printable(error).slice(0, 60), ...(text === '' ? {} : { providerText: text }) };
}

/** One line without control characters, shortened: it goes into logs and, escaped, onto a page. */
function printable(text: string): string {
  return text
    .slice(0, maxProviderText)
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
}
