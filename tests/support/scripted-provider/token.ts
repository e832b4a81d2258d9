// The token endpoint: authorization codes and refresh tokens, each good for one use.
import { createHash } from 'node:crypto';
import { authenticateClient } from './client-auth.ts';
import { type Endpoint, errorReply, jsonReply } from './core.ts';
import { issueTokens } from './tokens.ts';
import type { Grant } from './types.ts';

const matchesChallenge = (grant: Grant, verifier: string | null): boolean =>
  verifier !== null &&
  /^[\w.~-]{43,128}$/.test(verifier) &&
  createHash('sha256').update(verifier).digest('base64url') === grant.request.get('code_challenge');

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
  return errorReply('unsupported_grant_type', String(grantType));
};
