// Userinfo, introspection, revocation and end_session.
import { authenticateClient } from './client-auth.ts';
import {
  type Endpoint,
  errorReply,
  jsonReply,
  type ProviderCore,
  personOf,
  type Reply,
  redirectReply,
} from './core.ts';
import { applyBend, type Grant, type Json } from './types.ts';

/** OpenID Connect Core section 5.4. Claims that are in no scope are always given. */
const claimsByScope: Readonly<Record<string, readonly string[]>> = {
  profile: [
    ...['name', 'given_name', 'family_name', 'middle_name', 'nickname', 'preferred_username', 'profile'],
    ...['picture', 'website', 'gender', 'birthdate', 'zoneinfo', 'locale', 'updated_at'],
  ],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
};

const isGranted = (claim: string, scope: readonly string[]): boolean => {
  const owners = Object.entries(claimsByScope).filter(([, claims]) => claims.includes(claim));
  return owners.length === 0 || owners.some(([name]) => scope.includes(name));
};

const unauthorized = (error = 'invalid_token', status = 401): Reply =>
  jsonReply({ error }, status, { 'www-authenticate': `Bearer error="${error}"` });

/** The grant of an access token that works. */
const grantOf = (core: ProviderCore, accessToken: string): Grant | null => {
  const ends = core.memory.facts.get(accessToken)?.expiresAt ?? Number.POSITIVE_INFINITY;
  if (core.expiresTokens && ends <= core.nowSeconds()) return null;
  return core.memory.find(core.memory.accessTokens, accessToken);
};

export const userinfo: Endpoint = async (core, call) => {
  const accessToken = (call.headers.authorization ?? '').replace(/^Bearer /i, '');
  const grant = grantOf(core, accessToken);
  if (grant === null) return unauthorized();
  if (!grant.scope.includes('openid')) return unauthorized('insufficient_scope', 403);
  const entries = Object.entries(personOf(core, grant)).filter(([claim]) => isGranted(claim, grant.scope));
  const claims = await applyBend(core.bend.userinfo, Object.fromEntries(entries) as Json, { grant });
  if (core.bend.signUserinfo === undefined) return jsonReply(claims);
  const body = await core.bend.signUserinfo(claims as Json, { grant });
  return { status: 200, headers: { 'content-type': 'application/jwt', 'cache-control': 'no-store' }, body };
};

/** RFC 7662 section 2.2. */
const describeToken = (core: ProviderCore, token: string, grant: Grant): Json => {
  const facts = core.memory.facts.get(token);
  if (facts?.claims !== undefined) return { active: true, token_type: 'Bearer', ...facts.claims };
  const { sub, permissions, roles } = personOf(core, grant);
  return {
    ...{ active: true, iss: core.issuer, sub, client_id: grant.client.clientId },
    ...{ scope: grant.scope.join(' '), token_type: 'Bearer' },
    exp: core.expiresTokens && facts !== undefined ? facts.expiresAt : core.nowSeconds() + 60,
    ...(core.audience === null ? {} : { aud: core.audience }),
    ...{ permissions, roles },
  };
};

export const introspection: Endpoint = async (core, call) => {
  const client = await authenticateClient(call, core.clients, core.issuer);
  if (typeof client === 'string') return errorReply('invalid_client', client, 401);
  const token = call.form.get('token') ?? '';
  const grant = grantOf(core, token);
  const answer = grant === null ? { active: false } : describeToken(core, token, grant);
  return jsonReply(await applyBend(core.bend.introspection, answer, undefined));
};

export const revocation: Endpoint = async (core, call) => {
  const client = await authenticateClient(call, core.clients, core.issuer);
  if (typeof client === 'string') return errorReply('invalid_client', client, 401);
  const value = call.form.get('token') ?? '';
  const { accessTokens, refreshTokens } = core.memory;
  const grant = refreshTokens.get(value) ?? accessTokens.get(value);
  // RFC 7009 section 2.2: an unknown token is answered like a known one.
  if (grant !== undefined && grant.client === client) grant.isRevoked = true;
  return { status: 200, headers: {}, body: '' };
};

export const endSession: Endpoint = async (core, call) => {
  const request = call.method === 'POST' ? call.form : call.query;
  const target = request.get('post_logout_redirect_uri');
  const client =
    core.clients.find(({ clientId }) => clientId === request.get('client_id')) ?? core.clients[0];
  const isRegistered = target !== null && (client?.postLogoutRedirectUris?.includes(target) ?? true);
  if (!isRegistered)
    return { status: 200, headers: { 'content-type': 'text/html' }, body: '<p>Signed out</p>' };
  const url = new URL(target);
  const state = request.get('state');
  if (state !== null) url.searchParams.set('state', state);
  return redirectReply(url.href);
};
