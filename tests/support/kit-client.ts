// openid-client at the test kit's provider: a client that checks everything it is given.
import * as openid from 'openid-client';
import type { TestProvider } from '../../src/testing.ts';

const redirectUri = 'http://localhost:9/auth-callback';

/** Discovers the provider as its first client, or as a public one. */
export const clientOf = async ({ issuer, client }: TestProvider, other?: { readonly clientId: string }) => {
  const answer = await fetch(`${issuer}/.well-known/openid-configuration`);
  const metadata = (await answer.json()) as { id_token_signing_alg_values_supported: readonly string[] };
  return openid.discovery(
    new URL(issuer),
    other?.clientId ?? client.clientId,
    { id_token_signed_response_alg: String(metadata.id_token_signing_alg_values_supported[0]) },
    other === undefined ? openid.ClientSecretBasic(client.clientSecret) : openid.None(),
    { execute: [openid.allowInsecureRequests, openid.enableNonRepudiationChecks] },
  );
};

/** The whole code flow, with further parameters in the authorization request. */
export const codeFlow = async (provider: TestProvider, more: Readonly<Record<string, string>> = {}) => {
  const config = await clientOf(provider);
  const verifier = openid.randomPKCECodeVerifier();
  const [state, nonce] = [openid.randomState(), openid.randomNonce()];
  const url = openid.buildAuthorizationUrl(config, {
    ...{ redirect_uri: redirectUri, scope: 'openid profile email', state, nonce },
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...more,
  });
  const response = await fetch(url, { redirect: 'manual' });
  const callback = new URL(response.headers.get('location') ?? redirectUri);
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce };
  return { config, tokens: await openid.authorizationCodeGrant(config, callback, checks) };
};
