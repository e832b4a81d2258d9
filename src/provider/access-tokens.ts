// What the provider says about an access token that came in a header: its signature, or its introspection endpoint.
import type { JWTHeaderParameters, JWTPayload } from 'jose';
import { type Configuration, tokenIntrospection } from 'openid-client';
import type { Secret } from '../crypto/secret.ts';
import { LatchkeyError } from '../errors.ts';
import { clockToleranceSeconds } from './check-id-token.ts';
import type { ProviderKeys } from './keys.ts';
import type { Claims } from './login-result.ts';
import { serverOf } from './server-metadata.ts';
import { translateError } from './translate-error.ts';

/** A JWT whose signature, issuer, audience and times are right. What kind of token it is has yet to be checked. */
export interface VerifiedJwt {
  readonly header: JWTHeaderParameters;
  readonly claims: JWTPayload;
}

/** What a JWT is compared with. */
export interface JwtExpectations {
  readonly issuer: string;
  /** One of them must be in `aud`. */
  readonly audiences: readonly string[];
  readonly algorithms: readonly string[];
  readonly keys: ProviderKeys;
  /** Seconds since the epoch. */
  readonly nowSeconds: number;
}

/**
 * Verifies by the provider's published keys (RFC 9068 section 4). `jku`, `jwk` and `x5u` are not followed, `none`
 * and HMAC are in no list, `crit` names nothing that is understood here.
 * @throws LatchkeyError `id_token_invalid` for a bad token, or the failure to get the keys
 */
export async function verifyJwt(token: string, expected: JwtExpectations): Promise<VerifiedJwt> {
  const { payload, protectedHeader } = await expected.keys.verify(token, {
    issuer: expected.issuer,
    audience: [...expected.audiences],
    algorithms: [...expected.algorithms],
    requiredClaims: ['iss', 'aud', 'exp', 'iat', 'sub'],
    clockTolerance: clockToleranceSeconds,
    currentDate: new Date(expected.nowSeconds * 1000),
  });
  return { header: protectedHeader, claims: payload };
}

/**
 * Asks the introspection endpoint (RFC 7662). Null: the provider has none.
 * @throws LatchkeyError whenever there is no answer that can be believed; never because the token is bad
 */
export async function introspect(configuration: Configuration, token: Secret): Promise<Claims | null> {
  if (serverOf(configuration).introspection_endpoint === undefined) return null;
  try {
    return await tokenIntrospection(configuration, token.reveal(), { token_type_hint: 'access_token' });
  } catch (thrown) {
    const error = translateError(thrown, 'introspection');
    if (error.code !== 'id_token_invalid' && error.code !== 'login_expired') throw error;
    const detail = `introspection: ${error.message}`;
    throw new LatchkeyError('provider_response_invalid', { detail, cause: thrown });
  }
}
