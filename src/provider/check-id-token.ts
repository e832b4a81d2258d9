// The checks of an ID token that openid-client leaves out, after its own.
import { decodeProtectedHeader } from 'jose';
import { equalInConstantTime, leftHalfDigest } from '../crypto/digest.ts';
import { LatchkeyError } from '../errors.ts';
import type { ProviderKeys } from './keys.ts';
import type { Claims, LoginChecks } from './login-result.ts';

/** Seconds that two clocks may differ. */
export const clockToleranceSeconds = 30;
const oldestIssueSeconds = 600;
const longestIdToken = 64 * 1024;

/** What the checks compare with. */
export interface IdTokenExpectations {
  readonly issuer: string;
  readonly clientId: string;
  readonly algorithms: readonly string[];
  readonly keys: ProviderKeys;
  /** Seconds since the epoch. */
  readonly nowSeconds: number;
  readonly accessToken: string;
  readonly code: string;
}

/**
 * Verifies signature, issuer, audience, times and hashes (OpenID Connect Core section 3.1.3.7).
 * @returns the claims
 * @throws LatchkeyError `id_token_invalid`, or the failure to get the provider's keys
 */
export async function checkIdToken(idToken: string, expected: IdTokenExpectations): Promise<Claims> {
  if (idToken.length > longestIdToken) throw invalid('it is longer than 64 KB');
  const { payload, protectedHeader } = await expected.keys.verify(idToken, {
    issuer: expected.issuer,
    audience: expected.clientId,
    algorithms: [...expected.algorithms],
    requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat'],
    clockTolerance: clockToleranceSeconds,
    maxTokenAge: oldestIssueSeconds,
    currentDate: new Date(expected.nowSeconds * 1000),
  });
  const { typ, alg } = protectedHeader;
  // An access token or a logout token of the same provider must not pass for an ID token (RFC 8725 section 3.11).
  if (typ !== undefined && typ.toLowerCase() !== 'jwt') throw invalid('its typ is not JWT');
  if ([payload.aud].flat().length !== 1) throw invalid('it names another audience beside this client');
  if (payload.azp !== undefined && payload.azp !== expected.clientId)
    throw invalid('it was issued to another party (azp)');
  if (typeof payload.sub !== 'string' || payload.sub === '' || payload.sub.length > 255) {
    throw invalid('its sub is not a text of 1 to 255 characters');
  }
  checkHash('at_hash', payload.at_hash, expected.accessToken, alg);
  checkHash('c_hash', payload.c_hash, expected.code, alg);
  return payload;
}

/**
 * When the person authenticated, compared with what was asked for.
 * @throws LatchkeyError `authentication_insufficient` when the provider did not deliver
 */
export function checkAuthTime(claims: Claims, checks: LoginChecks, nowSeconds: number): number | null {
  const claimed = claims.auth_time;
  // Some providers say 0 for "unknown".
  const authTime = typeof claimed === 'number' && Number.isFinite(claimed) && claimed > 0 ? claimed : null;
  if (claimed !== undefined && claimed !== 0 && authTime === null)
    throw invalid('its auth_time is not a time');
  if (authTime !== null && authTime > nowSeconds + clockToleranceSeconds)
    throw invalid('its auth_time is in the future');
  if (checks.maxAge === null) return authTime;
  if (authTime === null) throw insufficient('it does not say when the person authenticated');
  if (authTime < nowSeconds - checks.maxAge - clockToleranceSeconds)
    throw insufficient('the authentication is too old');
  return authTime;
}

/** The authentication context, compared with what was asked for. Same error as {@link checkAuthTime}. */
export function checkAcr(claims: Claims, checks: LoginChecks): string | null {
  const acr = typeof claims.acr === 'string' ? claims.acr : null;
  if (checks.acrValues !== null && (acr === null || !checks.acrValues.includes(acr))) {
    throw insufficient('its acr is not one that was asked for');
  }
  return acr;
}

/** Whether a token is a compact JWT; anything else is opaque to us. */
export function looksLikeJwt(token: string): boolean {
  try {
    return token.split('.').length === 3 && typeof decodeProtectedHeader(token).alg === 'string';
  } catch {
    return false;
  }
}

const hashOf: Record<string, 'sha256' | 'sha384' | 'sha512'> = {
  '256': 'sha256',
  '384': 'sha384',
  '512': 'sha512',
  EdDSA: 'sha512',
  Ed25519: 'sha512',
};

/** Half a digest of the token or code, with the digest of the signature algorithm (section 3.1.3.8). */
function checkHash(name: string, claimed: unknown, text: string, alg: string): void {
  if (claimed === undefined) return;
  const digest = hashOf[alg] ?? hashOf[alg.slice(-3)];
  const right =
    typeof claimed === 'string' &&
    digest !== undefined &&
    equalInConstantTime(claimed, leftHalfDigest(digest, text));
  if (!right) throw invalid(`its ${name} does not fit`);
}

function invalid(what: string): LatchkeyError {
  return new LatchkeyError('id_token_invalid', { detail: `ID token: ${what}` });
}

function insufficient(what: string): LatchkeyError {
  return new LatchkeyError('authentication_insufficient', { detail: `ID token: ${what}` });
}
