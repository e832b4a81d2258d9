// The claims of an access token that is a JWT (RFC 9068).
import { randomToken } from '../../crypto/random.ts';
import { type ProviderCore, personOf } from './core.ts';
import type { Grant, Json } from './types.ts';

/** RFC 8707: the audience is what the request named as its resource. */
const audienceOf = (core: ProviderCore, grant: Grant): string | readonly string[] => {
  const [only, ...more] = grant.request.getAll('resource');
  if (only === undefined) return core.audience ?? grant.client.clientId;
  return more.length === 0 ? only : [only, ...more];
};

/** What a JWT access token says of its grant. A claim that is `undefined` is not in the token. */
export const accessTokenClaims = (core: ProviderCore, grant: Grant): Json => {
  const { sub, permissions, roles } = personOf(core, grant);
  const now = core.nowSeconds();
  return {
    iss: core.issuer,
    sub,
    aud: audienceOf(core, grant),
    client_id: grant.client.clientId,
    iat: now,
    exp: now + core.accessTokenSeconds,
    jti: randomToken(16),
    scope: grant.scope.join(' '),
    // Section 2.2.1: who has not signed in has no time of it.
    auth_time: sub === grant.client.clientId ? undefined : grant.authTime,
    acr: grant.details?.acr,
    amr: grant.details?.amr,
    permissions,
    roles,
  };
};
