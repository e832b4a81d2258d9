// Discovery and the key set.
import { type Endpoint, endpointUrl, jsonReply } from './core.ts';
import { applyBend, type Json } from './types.ts';

const metadata = (issuer: string, algorithm: string): Json => ({
  issuer,
  authorization_endpoint: endpointUrl(issuer, 'authorize'),
  pushed_authorization_request_endpoint: endpointUrl(issuer, 'par'),
  token_endpoint: endpointUrl(issuer, 'token'),
  userinfo_endpoint: endpointUrl(issuer, 'userinfo'),
  jwks_uri: endpointUrl(issuer, 'jwks'),
  revocation_endpoint: endpointUrl(issuer, 'revocation'),
  introspection_endpoint: endpointUrl(issuer, 'introspection'),
  end_session_endpoint: endpointUrl(issuer, 'end_session'),
  response_types_supported: ['code'],
  response_modes_supported: ['query', 'form_post'],
  grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
  subject_types_supported: ['public'],
  scopes_supported: ['openid', 'profile', 'email', 'address', 'phone', 'offline_access', 'reports'],
  id_token_signing_alg_values_supported: [algorithm],
  token_endpoint_auth_methods_supported: [
    'client_secret_basic',
    'client_secret_post',
    'private_key_jwt',
    'none',
  ],
  token_endpoint_auth_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'EdDSA'],
  code_challenge_methods_supported: ['S256'],
  authorization_response_iss_parameter_supported: true,
  backchannel_logout_supported: true,
  backchannel_logout_session_supported: true,
  frontchannel_logout_supported: true,
  frontchannel_logout_session_supported: true,
  claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'auth_time', 'acr', 'amr', 'name', 'email'],
});

export const discovery: Endpoint = async ({ issuer, keys, bend }) =>
  jsonReply(await applyBend(bend.discovery, metadata(issuer, keys.current.alg), undefined));

export const jwks: Endpoint = async ({ keys, bend }) => {
  const published = { keys: keys.published.map(({ publicJwk }) => ({ ...publicJwk })) };
  return jsonReply(await applyBend(bend.jwks, published, undefined));
};
