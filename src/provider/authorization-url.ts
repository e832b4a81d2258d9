// The address that a browser is sent to for a login, with the request pushed before where the provider wants that.
import { buildAuthorizationUrl, buildAuthorizationUrlWithPAR, type Configuration } from 'openid-client';
import { sha256 } from '../crypto/digest.ts';
import { serverOf } from './server-metadata.ts';
import { translateError } from './translate-error.ts';

/** What an authorization request carries beside the client's own facts. */
export interface AuthorizationRequest {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly redirectUri: string;
  readonly scope: string;
  /** `max_age`, `acr_values`, `prompt`, `login_hint`, `ui_locales`. They never replace the core parameters. */
  readonly extra: Readonly<Record<string, string>>;
}

/** Rejects with a LatchkeyError where the provider refuses a pushed request. */
export async function authorizationUrl(
  configuration: Configuration,
  request: AuthorizationRequest,
  client: { readonly clientId: string; readonly audience: string | undefined },
): Promise<URL> {
  const parameters = {
    ...request.extra,
    ...(client.audience === undefined ? {} : { resource: client.audience }),
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: request.redirectUri,
    scope: request.scope,
    state: request.state,
    nonce: request.nonce,
    // RFC 7636 section 4.2. openid-client's own way asks another thread for it, which costs more than all the rest.
    code_challenge: sha256(request.codeVerifier),
    code_challenge_method: 'S256',
  };
  if (serverOf(configuration).require_pushed_authorization_requests !== true) {
    return buildAuthorizationUrl(configuration, parameters);
  }
  return buildAuthorizationUrlWithPAR(configuration, parameters).catch((thrown: unknown): never => {
    throw translateError(thrown, 'authorization');
  });
}
