// Userinfo of a person: JSON or a signed JWT, always about the subject that was asked for.
import { fetchProtectedResource } from 'openid-client';
import type { Secret } from '../crypto/secret.ts';
import { LatchkeyError } from '../errors.ts';
import { clockToleranceSeconds } from './check-id-token.ts';
import type { ExchangeParts } from './exchange-code.ts';
import type { Claims } from './login-result.ts';
import { serverOf } from './server-metadata.ts';
import { statusOfAnswer, translateError } from './translate-error.ts';

/** `token_refused`: the provider takes this access token no more. */
export type Userinfo = Claims | 'other_subject' | 'token_refused' | null;

/**
 * Fetches userinfo (OpenID Connect Core section 5.3). A provider without the endpoint yields null,
 * and claims about anybody else are dropped on the spot.
 * @throws LatchkeyError `userinfo_invalid`, or `provider_unavailable`
 */
export async function fetchUserinfo(
  accessToken: Secret,
  subject: string,
  parts: ExchangeParts,
): Promise<Userinfo> {
  const endpoint = serverOf(parts.configuration).userinfo_endpoint;
  if (endpoint === undefined) return null;
  let claims: unknown;
  try {
    const headers = new Headers({ accept: 'application/json, application/jwt' });
    const url = new URL(endpoint);
    const response = await fetchProtectedResource(
      parts.configuration,
      accessToken.reveal(),
      url,
      'GET',
      null,
      headers,
    );
    if (response.status === 401) return 'token_refused';
    claims = await readClaims(response, parts);
  } catch (thrown) {
    // RFC 6750 section 3.1: 401 speaks of the token, 403 of what it is good for.
    if (statusOfAnswer(thrown) === 401) return 'token_refused';
    const error = translateError(thrown, 'userinfo');
    if (error.code !== 'id_token_invalid' && error.code !== 'internal_error') throw error;
    throw new LatchkeyError('userinfo_invalid', { detail: `userinfo: ${error.message}`, cause: thrown });
  }
  if (!isClaims(claims)) throw invalid('is not a JSON object');
  // Without this comparison another person's details could be swapped in (section 5.3.2).
  if (claims.sub !== subject) return 'other_subject';
  return claims;
}

async function readClaims(response: Response, parts: ExchangeParts): Promise<unknown> {
  if (response.status >= 500 || response.status === 429) {
    throw new LatchkeyError('provider_unavailable', {
      detail: `userinfo endpoint answered ${response.status}`,
    });
  }
  if (response.status !== 200) throw invalid(`endpoint answered ${response.status}`);
  if (!/^application\/jwt\b/i.test(response.headers.get('content-type') ?? '')) {
    // Without its cause: the parser's message quotes what it stumbled over, which is somebody's data.
    return response.json().catch(() => {
      throw invalid('is not JSON');
    });
  }
  const { payload } = await parts.keys.verify(await response.text(), {
    issuer: serverOf(parts.configuration).issuer,
    audience: parts.clientId,
    algorithms: [...parts.algorithms],
    currentDate: new Date(parts.nowSeconds * 1000),
    clockTolerance: clockToleranceSeconds,
  });
  return payload;
}

function isClaims(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(what: string): LatchkeyError {
  return new LatchkeyError('userinfo_invalid', { detail: `userinfo ${what}` });
}
