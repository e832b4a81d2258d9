// Trades the refresh token for new tokens, with the checks of a first login that apply, and those of a refresh.
import { decodeJwt } from 'jose';
import { refreshTokenGrant, type TokenEndpointResponse } from 'openid-client';
import { Secret } from '../crypto/secret.ts';
import { asLatchkeyError, LatchkeyError } from '../errors.ts';
import { checkIdToken } from './check-id-token.ts';
import { checkTokenResponse } from './check-token-response.ts';
import { type ExchangeParts, readAccessToken } from './exchange-code.ts';
import type { Claims } from './login-result.ts';
import { serverOf } from './server-metadata.ts';
import { statusOfAnswer, translateError } from './translate-error.ts';

/** What a refresh begins with: the tokens the session has, and whom it belongs to. */
export interface RefreshRequest {
  readonly refreshToken: Secret;
  readonly idToken: Secret;
  readonly subject: string;
  /** The scope of the session: more than that is not taken. */
  readonly scope: readonly string[];
}

/** The answer, after every check. What the provider left out keeps its old value. */
export interface RefreshedTokens {
  readonly kind: 'refreshed';
  readonly accessToken: Secret;
  readonly refreshToken: Secret;
  readonly idToken: Secret;
  readonly expiresInSeconds: number;
  readonly scope: readonly string[];
  readonly idTokenClaims: Claims;
  readonly accessTokenClaims: Claims | null;
}

/** `refused`: the provider will not refresh any more. `changed`: the answer is about another person or login. */
export type RefreshResult =
  | RefreshedTokens
  | { readonly kind: 'refused' | 'changed'; readonly detail: string };

/**
 * Refreshes (RFC 6749 section 6, OpenID Connect Core section 12).
 * @throws LatchkeyError `provider_unavailable` when trying again later makes sense
 */
export async function refreshTokens(request: RefreshRequest, parts: ExchangeParts): Promise<RefreshResult> {
  const before = decodeJwt(request.idToken.reveal());
  try {
    const response = await refreshTokenGrant(parts.configuration, request.refreshToken.reveal());
    const tokens = checkTokenResponse(withIdToken(response, request.idToken), request.scope.join(' '));
    const renewed = response.id_token !== undefined;
    const checked = renewed ? await checkedClaims(tokens.idToken, tokens.accessToken, parts) : before;
    const change = changeBetween(before, checked ?? decodeJwt(tokens.idToken), request.subject);
    if (change !== null) return { kind: 'changed', detail: `the refreshed ID token has ${change}` };
    const { issuer } = serverOf(parts.configuration);
    return {
      ...tokens,
      kind: 'refreshed',
      refreshToken: tokens.refreshToken ?? request.refreshToken,
      idToken: checked === null ? request.idToken : new Secret(tokens.idToken),
      idTokenClaims: checked ?? before,
      accessTokenClaims: await readAccessToken(tokens.accessToken.reveal(), issuer, parts),
    };
  } catch (thrown) {
    return outcomeOf(thrown);
  }
}

/** A refresh answer may come without an ID token; then the one from before goes on. */
function withIdToken(response: TokenEndpointResponse, before: Secret): TokenEndpointResponse {
  return response.id_token === undefined ? { ...response, id_token: before.reveal() } : response;
}

/**
 * Null where the provider's keys are away: then the new ID token is not used. The tokens that came with it are: the
 * refresh token they replace works no more, so dropping them would sign the person out.
 */
async function checkedClaims(
  idToken: string,
  accessToken: Secret,
  parts: ExchangeParts,
): Promise<Claims | null> {
  const expected = {
    issuer: serverOf(parts.configuration).issuer,
    clientId: parts.clientId,
    algorithms: parts.algorithms,
    keys: parts.keys,
    nowSeconds: parts.nowSeconds,
    accessToken: accessToken.reveal(),
    code: '',
  };
  try {
    return await checkIdToken(idToken, expected);
  } catch (thrown) {
    const { code } = asLatchkeyError(thrown);
    if (code === 'provider_unavailable' || code === 'provider_response_invalid') return null;
    throw thrown;
  }
}

/** Section 12.2: the person, the login and its nonce are those from before. Null: they are. */
function changeBetween(before: Claims, claims: Claims, subject: string): string | null {
  if (claims.sub !== subject) return 'another subject';
  for (const name of ['auth_time', 'nonce', 'azp']) {
    const [then, now] = [before[name], claims[name]];
    if (then !== undefined && now !== undefined && then !== now) return `another ${name}`;
  }
  return null;
}

/** A 4xx that is not 408 or 429 is final, whatever its body says. An ID token that fails a check ends the session. */
function outcomeOf(thrown: unknown): RefreshResult {
  const error = translateError(thrown, 'refresh');
  const status = statusOfAnswer(thrown);
  if (status !== null && status >= 400 && status < 500 && status !== 408 && status !== 429) {
    return { kind: 'refused', detail: error.message };
  }
  // openid-client looks at the ID token before we do, and has no code of its own for one that is malformed.
  const aboutIdToken = error.code === 'id_token_invalid' || /\bJW[TE]\b|\bID Token\b/.test(error.message);
  if (aboutIdToken) return { kind: 'changed', detail: error.message };
  const { retryAfterSeconds } = asLatchkeyError(error).details;
  const later = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  throw new LatchkeyError('provider_unavailable', { ...later, detail: error.message, cause: error });
}
