// Signs in at a scripted provider with a client that checks everything, to test the provider itself.
import * as openid from 'openid-client';
import { type ScriptedProvider, testClient } from './scripted-provider.ts';

const redirectUri = 'http://localhost:9/auth-callback';

export interface SignInOptions {
  readonly clientSecret?: string;
  readonly scope?: string;
  readonly pushed?: boolean;
}

/** The whole code flow; `otherChecks` replaces what the client remembers between request and callback. */
export const signIn = async (
  provider: ScriptedProvider,
  otherChecks: openid.AuthorizationCodeGrantChecks = {},
  options: SignInOptions = {},
) => {
  const { clientSecret = testClient.clientSecret ?? '', scope = 'openid profile email' } = options;
  const config = await openid.discovery(
    new URL(provider.issuer),
    testClient.clientId,
    { id_token_signed_response_alg: provider.keys.current.alg },
    openid.ClientSecretBasic(clientSecret),
    { execute: [openid.allowInsecureRequests, openid.enableNonRepudiationChecks] },
  );
  const verifier = openid.randomPKCECodeVerifier();
  const checks: openid.AuthorizationCodeGrantChecks = {
    pkceCodeVerifier: verifier,
    expectedState: openid.randomState(),
    expectedNonce: openid.randomNonce(),
    ...otherChecks,
  };
  const request = {
    redirect_uri: redirectUri,
    scope,
    state: String(checks.expectedState),
    nonce: String(checks.expectedNonce),
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  };
  const url =
    options.pushed === true
      ? await openid.buildAuthorizationUrlWithPAR(config, request)
      : openid.buildAuthorizationUrl(config, request);
  const response = await fetch(url, { redirect: 'manual' });
  const callbackUrl = new URL(response.headers.get('location') ?? redirectUri);
  const tokens = await openid.authorizationCodeGrant(config, callbackUrl, checks);
  return { config, callbackUrl, checks, tokens };
};

/** `signed in`, or the error as text. */
export const attempt = (provider: ScriptedProvider, options: SignInOptions = {}): Promise<string> =>
  signIn(provider, {}, options).then(
    () => 'signed in',
    (error: unknown) => String(error),
  );
