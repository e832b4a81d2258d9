// The provider as the rest of latchkey sees it: one object, a verb for each thing that is asked of it.
import { buildEndSessionUrl, type Configuration, tokenRevocation } from 'openid-client';
import type { ResolvedOptions } from '../config/resolved-options.ts';
import type { Secret } from '../crypto/secret.ts';
import { LatchkeyError } from '../errors.ts';
import { introspect, type VerifiedJwt, verifyJwt } from './access-tokens.ts';
import { type AuthorizationRequest, authorizationUrl } from './authorization-url.ts';
import { checkLogoutToken, type LogoutToken } from './check-logout-token.ts';
import { createClientAuth } from './client-auth.ts';
import { type ExchangeParts, exchangeCode } from './exchange-code.ts';
import { fetchUserinfo, type Userinfo } from './fetch-userinfo.ts';
import { createProviderKeys, type ProviderKeys } from './keys.ts';
import { createLimitedFetch } from './limited-fetch.ts';
import type { Claims, LoginChecks, LoginResult } from './login-result.ts';
import { createMetadata, type Metadata } from './metadata.ts';
import { originsIn } from './origins.ts';
import { type RefreshRequest, type RefreshResult, refreshTokens } from './refresh-tokens.ts';
import { serverOf } from './server-metadata.ts';
import { createTimedFetch, type ProviderListeners } from './timed-fetch.ts';
import { translateError } from './translate-error.ts';
import { within } from './within.ts';

/** The OpenID provider. Every method may reject with a LatchkeyError. */
export interface Provider {
  readonly issuer: string;
  authorizationUrl(request: AuthorizationRequest): Promise<URL>;
  finishLogin(callbackUrl: URL, checks: LoginChecks): Promise<LoginResult>;
  /** Trades the refresh token for new tokens. Rejects only where trying again later makes sense. */
  refresh(request: RefreshRequest): Promise<RefreshResult>;
  /** Userinfo; null where the provider has none or the configuration says `never`. */
  userinfo(accessToken: Secret, subject: string): Promise<Userinfo>;
  /** Revokes (RFC 7009); a provider that has no revocation does nothing. */
  revoke(token: Secret, hint: 'refresh_token' | 'access_token'): Promise<void>;
  /** The claims of a JWT for one of the audiences. Rejects with `id_token_invalid` when a check fails. */
  verifyJwt(token: string, audiences: readonly string[]): Promise<VerifiedJwt>;
  /** What the introspection endpoint says (RFC 7662); null where the provider has none. */
  introspect(token: Secret): Promise<Claims | null>;
  /** What a logout token says, after every check. Rejects with `logout_token_invalid` when one fails. */
  checkLogoutToken(token: string): Promise<LogoutToken>;
  /** The end_session URL; null when the provider has none. */
  endSessionUrl(idToken: Secret, redirectUri: string, state: string): Promise<URL | null>;
  /** Asks the provider for its metadata now. */
  check(): Promise<void>;
  /** The origins of pages of the provider, as far as they are known. */
  origins(): readonly string[];
}

/** A URL longer than this is refused by common servers, in characters. */
const longestUrl = 8000;

/** Makes the provider. Nothing is fetched before it is needed. */
export function createProvider(options: ResolvedOptions, listeners: ProviderListeners = {}): Provider {
  const { issuer, clientId, clock } = options;
  const known = () => {
    const configuration = ready?.known() ?? null;
    return configuration === null ? null : serverOf(configuration);
  };
  const fetch = createTimedFetch(createLimitedFetch(options.providerTimeoutSeconds), known, listeners);
  let source: Promise<Metadata> | null = null;
  let ready: Metadata | null = null;
  let pages: { readonly configuration: Configuration | null; readonly origins: readonly string[] } | null =
    null;
  let keys: { readonly uri: string; readonly keys: ProviderKeys } | null = null;

  const metadata = (): Promise<Metadata> => {
    source ??= createClientAuth(options.clientAuth, options.clientSecret, options.clientKey).then(
      (clientAuth) => {
        ready = createMetadata({
          ...options,
          clientAuth,
          fetch,
          timeoutSeconds: options.providerTimeoutSeconds,
        });
        return ready;
      },
    );
    return source;
  };
  const configured = async (): Promise<Configuration> => (await metadata()).get();
  const keysOf = (configuration: Configuration): ProviderKeys => {
    const uri = serverOf(configuration).jwks_uri ?? '';
    if (keys?.uri !== uri) keys = { uri, keys: createProviderKeys(uri, fetch, clock) };
    return keys.keys;
  };

  const partsNow = async (): Promise<ExchangeParts> => {
    const configuration = await configured();
    const nowSeconds = Math.floor(clock() / 1000);
    return {
      configuration,
      keys: keysOf(configuration),
      clientId,
      algorithms: options.idTokenAlgorithms,
      nowSeconds,
    };
  };
  const userinfoOf = async (accessToken: Secret, subject: string, parts: ExchangeParts) =>
    options.userinfo === 'login' ? fetchUserinfo(accessToken, subject, parts) : null;

  const finishLogin = async (callbackUrl: URL, checks: LoginChecks): Promise<LoginResult> => {
    const parts = await partsNow();
    const result = await exchangeCode(callbackUrl, checks, parts);
    const userinfo = await userinfoOf(result.accessToken, result.subject, parts);
    if (userinfo === 'other_subject') {
      const detail = 'userinfo is about another subject, or about none';
      throw new LatchkeyError('userinfo_invalid', { detail });
    }
    if (userinfo === 'token_refused') {
      throw new LatchkeyError('userinfo_invalid', { detail: 'userinfo endpoint answered 401' });
    }
    return { ...result, userinfo };
  };

  return {
    issuer,
    authorizationUrl: async (request) => authorizationUrl(await configured(), request, options),
    // Metadata, token, keys and userinfo, one after the other: a person waits for them together.
    finishLogin: (callbackUrl, checks) =>
      within(options.providerTimeoutSeconds * 2, finishLogin(callbackUrl, checks)),
    refresh: async (request) => refreshTokens(request, await partsNow()),
    userinfo: async (accessToken, subject) => userinfoOf(accessToken, subject, await partsNow()),
    async revoke(token, hint) {
      const configuration = await configured();
      if (serverOf(configuration).revocation_endpoint === undefined) return;
      try {
        await tokenRevocation(configuration, token.reveal(), { token_type_hint: hint });
      } catch (thrown) {
        const error = translateError(thrown, 'revocation');
        // A provider that does not revoke this kind of token has nothing more to do (RFC 7009 section 2.2.1).
        if (!isUnsupported(error)) throw error;
      }
    },
    verifyJwt: async (token, audiences) => verifyJwt(token, { ...(await partsNow()), issuer, audiences }),
    introspect: async (token) => introspect(await configured(), token),
    async checkLogoutToken(token) {
      const { configuration, ...parts } = await partsNow();
      const { id_token_signing_alg_values_supported: signing } = serverOf(configuration);
      const algorithms = Array.isArray(signing) ? signing : parts.algorithms;
      return checkLogoutToken(token, { ...parts, issuer, algorithms, typ: options.logoutTokenTyp });
    },
    async endSessionUrl(idToken, redirectUri, state) {
      const configuration = await configured();
      if (serverOf(configuration).end_session_endpoint === undefined) return null;
      const parameters = { post_logout_redirect_uri: redirectUri, state };
      const url = buildEndSessionUrl(configuration, { ...parameters, id_token_hint: idToken.reveal() });
      return url.href.length <= longestUrl ? url : buildEndSessionUrl(configuration, parameters);
    },
    async check() {
      await (await metadata()).check();
    },
    origins() {
      const configuration = ready?.known() ?? null;
      // Asked for with every answer.
      if (pages?.configuration !== configuration)
        pages = { configuration, origins: originsIn(configuration, issuer) };
      return pages.origins;
    },
  };
}

function isUnsupported(error: LatchkeyError): boolean {
  return error.details.providerError === 'unsupported_token_type';
}
