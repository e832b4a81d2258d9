// The token endpoint: authorization codes and refresh tokens, each good for one use, and a client's own tokens.
import { sha256 } from '../../crypto/digest.ts';
import { randomToken } from '../../crypto/random.ts';
import { authenticateClient } from './client-auth.ts';
import { type Endpoint, errorReply, jsonReply, type ProviderCore } from './core.ts';
import { issueTokens } from './issue-tokens.ts';
import type { Grant, LoggedCall, TestClient } from './types.ts';

const matchesChallenge = (grant: Grant, verifier: string | null): boolean =>
  verifier !== null &&
  /^[\w.~-]{43,128}$/.test(verifier) &&
  sha256(verifier) === grant.request.get('code_challenge');

/** RFC 6749 section 4.4: for clients that can keep a secret. The error, where it is not to be. */
const ownGrant = (core: ProviderCore, client: TestClient, { form }: LoggedCall): Grant | string => {
  if (client.clientSecret === undefined && client.jwks === undefined) return 'unauthorized_client';
  const asked = (form.get('scope') ?? client.scope ?? '').split(' ').filter((word) => word !== '');
  const allowed = client.scope?.split(' ') ?? asked;
  // A token without a person has no userinfo and no ID token.
  if (asked.some((word) => word === 'openid' || !allowed.includes(word))) return 'invalid_scope';
  const { clientId: sub, permissions, roles } = client;
  const user = {
    sub,
    ...(permissions === undefined ? {} : { permissions }),
    ...(roles === undefined ? {} : { roles }),
  };
  const authTime = core.nowSeconds();
  return { client, user, scope: asked, request: form, authTime, sid: randomToken(12), isRevoked: false };
};

export const token: Endpoint = async (core, call) => {
  const { form } = call;
  if (call.method !== 'POST') return errorReply('invalid_request', 'only POST', 405);
  const client = await authenticateClient(call, core.clients, core.issuer);
  if (typeof client === 'string') return errorReply('invalid_client', client, 401);
  const grantType = form.get('grant_type');

  if (grantType === 'authorization_code') {
    const grant = core.memory.takeOnce(core.memory.codes, form.get('code') ?? '');
    if (grant === null) return errorReply('invalid_grant', 'unknown or used code');
    if (grant.client !== client) return errorReply('invalid_grant', 'code of another client');
    if (form.get('redirect_uri') !== grant.request.get('redirect_uri')) {
      return errorReply('invalid_grant', 'redirect_uri differs from the authorization request');
    }
    if (!matchesChallenge(grant, form.get('code_verifier'))) {
      return errorReply('invalid_grant', 'code_verifier does not fit');
    }
    return jsonReply(await issueTokens(core, grant, grantType));
  }

  if (grantType === 'refresh_token') {
    const grant = core.memory.takeOnce(core.memory.refreshTokens, form.get('refresh_token') ?? '');
    if (grant === null || grant.client !== client) {
      return errorReply('invalid_grant', 'unknown, used or revoked refresh token');
    }
    return jsonReply(await issueTokens(core, grant, grantType));
  }

  if (grantType === 'client_credentials') {
    const grant = ownGrant(core, client, call);
    if (typeof grant === 'string') return errorReply(grant, 'not for this client');
    return jsonReply(await issueTokens(core, grant, grantType));
  }
  return errorReply('unsupported_grant_type', String(grantType));
};
