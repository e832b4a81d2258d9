// Joins what looks at headers: access tokens by the provider, the person behind them, API keys by their store.
import type { ApiKeyCache, ApiKeyStore } from '../config/api-key-store.ts';
import type { ResolvedOptions } from '../config/resolved-options.ts';
import type { RequestLimits } from '../http/request-limits.ts';
import { basePathOf } from '../http/return-to.ts';
import { type DirectoryRights, personInSessions } from '../identity/directory-rights.ts';
import { tokenAccess, tokenUser } from '../identity/token-access.ts';
import type { Provider } from '../provider/provider.ts';
import { type CheckApiKey, createCheckApiKey } from '../tokens/check-api-key.ts';
import { createRightsOfToken } from '../tokens/token-rights.ts';
import { createUserOfToken } from '../tokens/token-user.ts';
import { createVerifyAccessToken } from '../tokens/verify-access-token.ts';
import { type AuthenticateHeader, createAuthenticateHeader } from './authenticate-header.ts';
import { createLookUpGates } from './look-up-gate.ts';

/** Makes the function that guards look at headers with. */
export function headerCredentials(
  settings: ResolvedOptions,
  provider: Provider,
  directory: DirectoryRights | null,
  apiKeys: { readonly store: ApiKeyStore; readonly cache: ApiKeyCache } | null,
  limits: RequestLimits,
): AuthenticateHeader {
  const { clientId, clock, audience, baseUrl } = settings;
  const site = baseUrl.origin + basePathOf(baseUrl);
  return createAuthenticateHeader({
    limits,
    gateOf: createLookUpGates(limits),
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
    rightsOfToken:
      directory === null
        ? null
        : createRightsOfToken({
            rightsOf: directory.rightsOf,
            keepsAccountsOf: directory.keepsAccountsOf,
            seconds: settings.directorySeconds,
            cacheSize: settings.tokenCacheSize,
            clock,
          }),
    checkApiKey: apiKeys === null ? null : checkOf(apiKeys, settings, directory),
    keyIssuer: site,
    issuers: [settings.issuer, settings.directoryIssuer],
  });
}

/** An owner is looked at in the directory, and is the same person behind a key as in a session. */
function checkOf(
  apiKeys: { readonly store: ApiKeyStore; readonly cache: ApiKeyCache },
  settings: ResolvedOptions,
  directory: DirectoryRights | null,
): CheckApiKey {
  const { apiKeySeconds: seconds, clock } = settings;
  const check = createCheckApiKey({
    ...apiKeys,
    seconds,
    clock,
    async isOwnerGood(owner) {
      if (directory === null) return true;
      const rights = await directory.rightsOf(owner);
      return rights !== null && !rights.disabled;
    },
  });
  return async (key, gate) => {
    const record = await check(key, gate);
    if (record === null || record.owner === null) return record;
    return { ...record, owner: personInSessions(record.owner, settings) };
  };
}
