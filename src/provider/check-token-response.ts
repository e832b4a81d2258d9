// The checks of a token response that openid-client leaves out: what goes into headers, cookies and sessions.
import type { TokenEndpointResponse } from 'openid-client';
import { Secret } from '../crypto/secret.ts';
import { LatchkeyError } from '../errors.ts';

/** Seconds an access token counts as alive when the provider does not say (`expires_in` is only recommended). */
export const defaultExpiresInSeconds = 3600;
const longestExpiresInSeconds = 30 * 86_400;
const longestToken = 64 * 1024;

/** The checked access token. */
export interface CheckedAccessToken {
  readonly accessToken: Secret;
  /** Null when the provider does not say. */
  readonly expiresInSeconds: number | null;
}

/**
 * Checks the part of a token response that every grant has.
 * @throws LatchkeyError `provider_response_invalid`
 */
export function checkAccessToken(response: TokenEndpointResponse): CheckedAccessToken {
  const { access_token, token_type, expires_in } = response;
  if (token_type.toLowerCase() !== 'bearer') throw invalid('token_type is not Bearer');
  if (!isToken(access_token)) throw invalid('the access token is not one');
  return { accessToken: new Secret(access_token), expiresInSeconds: expiry(expires_in) };
}

/** The checked parts. */
export interface CheckedTokens {
  readonly accessToken: Secret;
  readonly refreshToken: Secret | null;
  readonly idToken: string;
  readonly expiresInSeconds: number;
  readonly scope: readonly string[];
}

/**
 * Checks a token response.
 * @param requestedScope - what was asked for; scopes beyond it are not used, and absent means granted as asked
 *   (RFC 6749 section 5.1)
 * @throws LatchkeyError `provider_response_invalid`
 */
export function checkTokenResponse(response: TokenEndpointResponse, requestedScope: string): CheckedTokens {
  const { refresh_token, id_token, scope } = response;
  const { accessToken, expiresInSeconds } = checkAccessToken(response);
  if (refresh_token !== undefined && !isToken(refresh_token)) throw invalid('the refresh token is not one');
  if (id_token === undefined) throw invalid('there is no ID token');
  const requested = requestedScope.split(' ');
  const granted = scope === undefined ? requested : scope.split(' ');
  return {
    accessToken,
    refreshToken: refresh_token === undefined ? null : new Secret(refresh_token),
    idToken: id_token,
    expiresInSeconds: expiresInSeconds ?? defaultExpiresInSeconds,
    scope: requested.filter((name) => granted.includes(name)),
  };
}

/** Visible ASCII (RFC 6749 appendix A.12): anything else could end a header early. */
function isToken(value: unknown): value is string {
  return typeof value === 'string' && value.length <= longestToken && /^[\x21-\x7e]+$/.test(value);
}

function expiry(expiresIn: unknown): number | null {
  if (expiresIn === undefined) return null;
  const seconds = typeof expiresIn === 'number' ? Math.floor(expiresIn) : Number.NaN;
  if (!(seconds > 0)) throw invalid('expires_in is not a number of seconds above 0');
  return Math.min(seconds, longestExpiresInSeconds);
}

function invalid(what: string): LatchkeyError {
  return new LatchkeyError('provider_response_invalid', { detail: `token response: ${what}` });
}
