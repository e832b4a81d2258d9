// Trades the authorization code for tokens, and trusts none of them before every check has passed.
import { authorizationCodeGrant, type Configuration } from 'openid-client';
import { Secret } from '../crypto/secret.ts';
import { LatchkeyError } from '../errors.ts';
import {
  checkAcr,
  checkAuthTime,
  checkIdToken,
  clockToleranceSeconds,
  looksLikeJwt,
} from './check-id-token.ts';
import { checkTokenResponse } from './check-token-response.ts';
import type { ProviderKeys } from './keys.ts';
import type { Claims, LoginChecks, LoginResult } from './login-result.ts';
import { serverOf } from './server-metadata.ts';
import { translateError } from './translate-error.ts';

/** What calls to the provider and the checks of its answers need. */
export interface ExchangeParts {
  readonly configuration: Configuration;
  readonly keys: ProviderKeys;
  readonly clientId: string;
  readonly algorithms: readonly string[];
  readonly nowSeconds: number;
}

/**
 * Finishes the code flow (RFC 6749 section 4.1.3, OpenID Connect Core section 3.1.3).
 * @param callbackUrl - the configured redirect URI with the query that came back
 * @throws LatchkeyError with the reason; nothing has been kept then
 */
export async function exchangeCode(
  callbackUrl: URL,
  checks: LoginChecks,
  parts: ExchangeParts,
): Promise<Omit<LoginResult, 'userinfo'>> {
  const server = serverOf(parts.configuration);
  checkResponseIssuer(
    callbackUrl,
    server.issuer,
    server.authorization_response_iss_parameter_supported === true,
  );
  const response = await authorizationCodeGrant(parts.configuration, callbackUrl, {
    expectedState: checks.state,
    expectedNonce: checks.nonce,
    pkceCodeVerifier: checks.codeVerifier,
    idTokenExpected: true,
  }).catch((thrown: unknown) => {
    throw translateError(thrown, 'token');
  });
  const tokens = checkTokenResponse(response, checks.scope);
  const claims = await checkIdToken(tokens.idToken, {
    issuer: server.issuer,
    clientId: parts.clientId,
    algorithms: parts.algorithms,
    keys: parts.keys,
    nowSeconds: parts.nowSeconds,
    accessToken: tokens.accessToken.reveal(),
    code: callbackUrl.searchParams.get('code') ?? '',
  });
  const { idToken: _, ...rest } = tokens;
  return {
    ...rest,
    idToken: new Secret(tokens.idToken),
    subject: String(claims.sub),
    idTokenClaims: claims,
    accessTokenClaims: await readAccessToken(tokens.accessToken.reveal(), server.issuer, parts),
    authTime: checkAuthTime(claims, checks, parts.nowSeconds),
    acr: checkAcr(claims, checks),
    amr: Array.isArray(claims.amr) ? claims.amr.filter((name) => typeof name === 'string') : [],
    providerSession: typeof claims.sid === 'string' ? claims.sid : null,
  };
}

/** RFC 9207 section 2.4, checked before anything is sent: a code must not go to a provider it is not from. */
function checkResponseIssuer(callbackUrl: URL, issuer: string, required: boolean): void {
  const given = callbackUrl.searchParams.get('iss');
  if (given === issuer || (given === null && !required)) return;
  throw new LatchkeyError('issuer_mismatch', {
    detail:
      given === null
        ? 'the authorization response names no issuer'
        : 'the authorization response names another issuer',
  });
}

/**
 * The claims of an access token that this provider signed; null for all others, which stay opaque to us. Its `sub`
 * is not compared: providers with pairwise subjects name the same person differently to each API.
 */
export async function readAccessToken(
  token: string,
  issuer: string,
  parts: ExchangeParts,
): Promise<Claims | null> {
  if (!looksLikeJwt(token)) return null;
  try {
    const { payload } = await parts.keys.verifyKnown(token, {
      issuer,
      algorithms: [...parts.algorithms],
      clockTolerance: clockToleranceSeconds,
      currentDate: new Date(parts.nowSeconds * 1000),
    });
    return payload;
  } catch {
    return null;
  }
}
