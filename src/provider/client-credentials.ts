// Fetches an access token for the client itself: the client credentials grant (RFC 6749 section 4.4).
import { clientCredentialsGrant } from 'openid-client';
import type { Clock } from '../clock.ts';
import type { ClientAuth } from '../config/options.ts';
import { defaultIdTokenAlgorithms } from '../config/resolve-options.ts';
import { LatchkeyError } from '../errors.ts';
import { type CheckedAccessToken, checkAccessToken } from './check-token-response.ts';
import { createClientAuth } from './client-auth.ts';
import { createLimitedFetch } from './limited-fetch.ts';
import { createMetadata, type Metadata } from './metadata.ts';
import { createTimedFetch } from './timed-fetch.ts';
import { translateError } from './translate-error.ts';

/** Who asks for what, checked. */
export interface ClientCredentials {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientAuth: ClientAuth;
  readonly clientSecret: string | undefined;
  readonly clientKey: string | undefined;
  /** `scope`, `resource` and what a provider wants beside them. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly allowInsecureHttp: boolean;
  readonly clock: Clock;
}

/**
 * Fetches one token. Rejects with `provider_unavailable` where trying again later makes sense, `client_rejected` where
 * the registration has to be mended, and `provider_response_invalid`.
 */
export type FetchMachineToken = () => Promise<CheckedAccessToken>;

/** Makes the fetch. Nothing is asked before the first token is needed, not even the metadata. */
export function createClientCredentials(options: ClientCredentials): FetchMachineToken {
  const fetch = createTimedFetch(createLimitedFetch(options.timeoutSeconds), () => null);
  let source: Promise<Metadata> | null = null;
  const metadata = (): Promise<Metadata> => {
    source ??= createClientAuth(options.clientAuth, options.clientSecret, options.clientKey).then(
      (clientAuth) =>
        createMetadata({
          ...options,
          clientAuth,
          fetch,
          // A server that signs nobody in needs no authorization endpoint (RFC 8414 section 2).
          endpoints: ['token_endpoint'],
          idTokenAlgorithms: defaultIdTokenAlgorithms,
        }),
    );
    return source;
  };

  return async () => {
    const configuration = await (await metadata()).get();
    try {
      return checkAccessToken(await clientCredentialsGrant(configuration, { ...options.parameters }));
    } catch (thrown) {
      throw forTheOperator(translateError(thrown, 'token'));
    }
  };
}

/** Nobody signs in here: whatever error code the provider gives, it is the registration or the request that is wrong. */
function forTheOperator(error: LatchkeyError): LatchkeyError {
  const { providerError } = error.details;
  if (providerError === undefined || error.status === 503 || error.code === 'client_rejected') return error;
  const hint = 'Check what this client may ask for: the client credentials grant, scope and audience.';
  const detail = `${error.message}. ${hint}`;
  return new LatchkeyError('client_rejected', { ...error.details, detail, cause: error });
}
