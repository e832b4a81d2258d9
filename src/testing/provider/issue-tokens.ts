// What the token endpoint gives out: ID tokens signed honestly or as bent, access and refresh tokens.
import { leftHalfDigest } from '../../crypto/digest.ts';
import { randomToken } from '../../crypto/random.ts';
import { accessTokenClaims } from './access-token-claims.ts';
import { type ProviderCore, personOf } from './core.ts';
import { signJwt } from './keys.ts';
import { applyBend, type Grant, type GrantType, type IssueContext, type Json } from './types.ts';

/** OpenID Connect Core section 3.1.3.6: the left half of the hash that goes with the algorithm. */
const atHash = (accessToken: string, algorithm: string): string =>
  leftHalfDigest(algorithm === 'EdDSA' ? 'sha512' : 'sha256', accessToken);

const requestedAcr = (request: URLSearchParams): string | undefined =>
  request.get('acr_values')?.split(' ').find(Boolean);

const honestClaims = (core: ProviderCore, context: IssueContext, accessToken: string): Json => {
  const { grant } = context;
  const now = core.nowSeconds();
  const nonce = grant.request.get('nonce');
  const acr = grant.details?.acr ?? requestedAcr(grant.request);
  const { permissions, roles } = personOf(core, grant);
  return {
    iss: core.issuer,
    sub: grant.user.sub,
    aud: grant.client.clientId,
    iat: now,
    exp: now + 600,
    auth_time: grant.authTime,
    sid: grant.sid,
    amr: grant.details?.amr ?? ['pwd'],
    at_hash: atHash(accessToken, core.keys.current.alg),
    // A refreshed ID token carries no nonce (OpenID Connect Core section 12.2).
    ...(nonce !== null && context.grantType === 'authorization_code' ? { nonce } : {}),
    ...(acr === undefined ? {} : { acr }),
    ...(permissions === undefined ? {} : { permissions }),
    ...(roles === undefined ? {} : { roles }),
  };
};

const issueIdToken = async (
  core: ProviderCore,
  context: IssueContext,
  accessToken: string,
): Promise<string> => {
  const { bend, keys } = core;
  const key = keys.current;
  const claims = (await applyBend(
    bend.idTokenClaims,
    honestClaims(core, context, accessToken),
    context,
  )) as Json;
  const honestHeader: Json = { alg: key.alg, kid: key.kid };
  const header = (await applyBend(bend.idTokenHeader, honestHeader, context)) as Json;
  // `kid` is put there unless the header was bent, so a header without it has to say so.
  const sign = (signed: Json = claims, with_: Json = header): Promise<string> =>
    signJwt(key, signed, { kid: undefined, ...with_ });
  if (bend.signIdToken === undefined) return sign();
  return bend.signIdToken(claims, { ...context, header, keys, key, honest: sign });
};

const honestAccessToken = async (core: ProviderCore, grant: Grant): Promise<string> => {
  if (core.accessTokenFormat === 'opaque') return randomToken();
  return signJwt(core.keys.current, accessTokenClaims(core, grant), { typ: 'at+jwt' });
};

/** The whole token response for a grant, remembered so that its tokens work. */
export const issueTokens = async (
  core: ProviderCore,
  grant: Grant,
  grantType: GrantType,
): Promise<unknown> => {
  const { bend, memory, refreshTokens } = core;
  const context: IssueContext = { grant, grantType, issuer: core.issuer };
  const accessToken = await (bend.accessToken ?? (() => honestAccessToken(core, grant)))(context);
  memory.accessTokens.set(accessToken, grant);
  memory.facts.set(accessToken, { expiresAt: core.nowSeconds() + core.accessTokenSeconds });
  const isPerson = grantType !== 'client_credentials';
  const wantsRefresh =
    isPerson &&
    (refreshTokens === 'always' ||
      (refreshTokens === 'with_offline_access' && grant.scope.includes('offline_access')));
  const refreshToken = randomToken();
  if (wantsRefresh) memory.refreshTokens.set(refreshToken, grant);
  const response: Json = {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: core.accessTokenSeconds,
    scope: grant.scope.join(' '),
    ...(isPerson ? { id_token: await issueIdToken(core, context, accessToken) } : {}),
    ...(wantsRefresh ? { refresh_token: refreshToken } : {}),
  };
  return applyBend(bend.tokenResponse, response, context);
};
