// Joins what looks at headers: access tokens by the provider, the person behind them, API keys by their store.
import type { ApiKeyCache, ApiKeyStore } from '../config/api-key-store.ts';
import type { ResolvedOptions } from '../config/options.ts';
import { basePathOf } from '../http/return-to.ts';
import { tokenAccess, tokenUser } from '../identity/token-access.ts';
import type { Provider } from '../provider/provider.ts';
import { createCheckApiKey } from '../tokens/check-api-key.ts';
import { createUserOfToken } from '../tokens/token-user.ts';
import { createVerifyAccessToken } from '../tokens/verify-access-token.ts';
import { type AuthenticateHeader, createAuthenticateHeader } from './authenticate-header.ts';

/** Makes the function that guards look at headers with. */
export function headerCredentials(
  settings: ResolvedOptions,
  provider: Provider,
  apiKeys: { readonly store: ApiKeyStore; readonly cache: ApiKeyCache } | null,
): AuthenticateHeader {
  const { clientId, clock, audience, baseUrl } = settings;
  const site = baseUrl.origin + basePathOf(baseUrl);
  return createAuthenticateHeader({
    verify: createVerifyAccessToken({
      provider,
      clientId,
      audiences: audience === undefined ? [clientId, site, `${site}/`] : [audience],
      audienceRequired: audience !== undefined,
      typ: settings.accessTokenTyp,
      marks: settings.accessTokenMarks,
      introspection: settings.introspection,
      introspectionSeconds: settings.introspectionSeconds,
      cacheSize: settings.tokenCacheSize,
      accessOf: (claims) => tokenAccess(claims, settings),
      clock,
    }),
    userOfToken: createUserOfToken({
      userinfo: provider.userinfo,
      userOf: (subject, claims) => tokenUser(subject, claims, settings),
      cacheSize: settings.tokenCacheSize,
      clock,
    }),
    checkApiKey: apiKeys === null ? null : createCheckApiKey({ ...apiKeys, clock }),
    keyIssuer: site,
    issuer: settings.issuer,
  });
}
