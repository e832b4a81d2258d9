// The configuration of oidc-provider: every choice that is ours, in one readable list.
import { type Configuration, errors } from 'oidc-provider';
import { createAdapterFactory } from './adapter.ts';
import { claimsByScope, createExtraTokenClaims, createFindAccount } from './claims.ts';
import type { FailurePages } from './failure-pages.ts';
import { createLoadExistingGrant } from './grants.ts';
import { acrOfPassword, acrOfSession, createLoginPolicy } from './login-policy.ts';
import type { LocalClient, LocalProviderOptions } from './options.ts';
import type { ScopeCatalogue } from './scopes.ts';
import type { SignOutPages } from './sign-out.ts';

const days = 24 * 60 * 60;

/** What `createConfiguration` needs beside the options. */
export interface ConfigurationParts {
  readonly catalogue: ScopeCatalogue;
  readonly failurePages: FailurePages;
  readonly signOutPages: SignOutPages;
  readonly lifetimes: Required<NonNullable<LocalProviderOptions['lifetimes']>>;
}

/** All lifetimes, with the defaults filled in. */
export function resolveLifetimes(
  given: LocalProviderOptions['lifetimes'] = {},
): ConfigurationParts['lifetimes'] {
  return {
    accessTokenSeconds: given.accessTokenSeconds ?? 3600,
    refreshTokenSeconds: given.refreshTokenSeconds ?? 14 * days,
    sessionSeconds: given.sessionSeconds ?? 14 * days,
    idTokenSeconds: given.idTokenSeconds ?? 3600,
    interactionSeconds: given.interactionSeconds ?? 900,
  };
}

/** A grant must outlive the session that uses it and the last refresh token made from it. */
export function grantSeconds(lifetimes: ConfigurationParts['lifetimes']): number {
  return lifetimes.sessionSeconds + lifetimes.refreshTokenSeconds;
}

/** Builds the configuration. It sets every function that oidc-provider would otherwise warn about on the console. */
export function createConfiguration(options: LocalProviderOptions, parts: ConfigurationParts): Configuration {
  const { catalogue, failurePages, signOutPages, lifetimes } = parts;
  const secure = new URL(options.issuer).protocol === 'https:';
  const cookie = { httpOnly: true, sameSite: 'lax', secure, signed: true } as const;
  const firstParty = new Set(
    options.clients.filter((client) => client.firstParty).map((client) => client.clientId),
  );

  return {
    adapter: createAdapterFactory(options.storage),
    clients: options.clients.map(clientMetadata),
    jwks: structuredClone({ keys: [...options.keys.jwks.keys] }),
    cookies: {
      names: { session: 'lk_op_session', interaction: 'lk_op_interaction', resume: 'lk_op_resume' },
      keys: [...options.keys.cookieKeys],
      long: cookie,
      short: cookie,
    },
    scopes: [...catalogue.scopes],
    claims: { ...claimsByScope },
    // Scope claims in the ID token as well as at userinfo: clients may be configured to use either.
    conformIdTokenClaims: false,
    acrValues: [acrOfSession, acrOfPassword],
    responseTypes: ['code'],
    clientAuthMethods: ['client_secret_basic'],
    pkce: { required: () => true },
    clientBasedCORS: () => false,
    findAccount: createFindAccount(options.accounts),
    extraTokenClaims: createExtraTokenClaims(options.accounts),
    loadExistingGrant: createLoadExistingGrant(firstParty, catalogue, grantSeconds(lifetimes)),
    // Without prompt=consent the library drops offline_access and with it the refresh token.
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: () => true,
    interactions: {
      policy: createLoginPolicy(),
      url: (_ctx, interaction) => `/interaction/${interaction.uid}`,
    },
    renderError: failurePages.renderError,
    // The library's own dispatcher refuses loopback addresses, which is where the clients of a local provider listen.
    // The addresses called are those of the configured clients, never of a request.
    fetch: fetchWithoutDispatcher,
    ttl: {
      AccessToken: lifetimes.accessTokenSeconds,
      AuthorizationCode: 60,
      Grant: grantSeconds(lifetimes),
      IdToken: lifetimes.idTokenSeconds,
      Interaction: lifetimes.interactionSeconds,
      RefreshToken: lifetimes.refreshTokenSeconds,
      Session: lifetimes.sessionSeconds,
    },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      introspection: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: signOutPages.renderConfirmation,
        postLogoutSuccessSource: signOutPages.renderDone,
      },
      resourceIndicators: {
        enabled: true,
        // Several resources in one token are refused by the library; none asked for means none.
        defaultResource: (_ctx, _client, oneOf) => oneOf,
        // The code exchange gives an opaque token good for userinfo; a JWT comes when `resource` is sent there.
        useGrantedResource: () => false,
        getResourceServerInfo: (_ctx, resource) => {
          const api = catalogue.apiFor(resource);
          if (api === null) throw new errors.InvalidTarget();
          return {
            audience: api.audience,
            scope: api.scopes.join(' '),
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'ES256' } },
          };
        },
      },
    },
  };
}

function fetchWithoutDispatcher(url: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  return globalThis.fetch(
    url,
    Object.fromEntries(Object.entries(init).filter(([name]) => name !== 'dispatcher')),
  );
}

function clientMetadata(client: LocalClient) {
  const { backchannelLogoutUri } = client;
  return {
    client_id: client.clientId,
    client_secret: client.clientSecret,
    client_name: client.name ?? client.clientId,
    redirect_uris: [...client.redirectUris],
    post_logout_redirect_uris: [...client.postLogoutRedirectUris],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code' as const],
    token_endpoint_auth_method: 'client_secret_basic' as const,
    ...(backchannelLogoutUri === undefined
      ? {}
      : { backchannel_logout_uri: backchannelLogoutUri, backchannel_logout_session_required: true }),
  };
}
