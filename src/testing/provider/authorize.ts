// The authorization endpoint: no page, the person agrees at once; and pushed authorization requests.
import { randomToken } from '../../crypto/random.ts';
import { authenticateClient } from './client-auth.ts';
import {
  type Endpoint,
  errorReply,
  jsonReply,
  type ProviderCore,
  type Reply,
  redirectReply,
} from './core.ts';
import { readLoginHeader } from './login-header.ts';
import type { LoggedCall, Login, TestClient } from './types.ts';

const words = (text: string | null): string[] => (text ?? '').split(' ').filter((word) => word !== '');

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/** Form Post Response Mode 1.0; a test reads the fields, a browser sends them. */
const formPost = (redirectUri: string, response: URLSearchParams): Reply => {
  const fields = [...response].map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  );
  const form = `<form method="post" action="${escapeHtml(redirectUri)}">${fields.join('')}</form>`;
  const body = `<!doctype html><title>Back to the app</title>${form}<script>document.forms[0].submit()</script>`;
  return { status: 200, headers: { 'content-type': 'text/html', 'cache-control': 'no-store' }, body };
};

/** The OAuth error of a request that is wrong, or null. */
const requestError = (request: URLSearchParams): string | null => {
  if (request.get('response_type') !== 'code') return 'unsupported_response_type';
  if (!words(request.get('scope')).includes('openid')) return 'invalid_scope';
  const challenge = request.get('code_challenge') ?? '';
  const isS256 = request.get('code_challenge_method') === 'S256';
  return isS256 && /^[\w-]{43}$/.test(challenge) ? null : 'invalid_request';
};

/** Who signs in: whom the browser of `signedIn` names, or whom the client hints at, or who was chosen. */
const whoSignsIn = (core: ProviderCore, call: LoggedCall, request: URLSearchParams): Login | null => {
  if (core.bend.user !== undefined) {
    const user = core.bend.user(request);
    return user === null ? null : { user };
  }
  const named = readLoginHeader(call.headers);
  if (named !== null) return named;
  const hinted = core.people.get(request.get('login_hint') ?? '');
  if (hinted !== undefined) return { user: hinted };
  return core.user === null ? null : { ...core.details, user: core.user };
};

/** What the person's answer adds to the response: a code, or the error that says why not. */
const decide = (core: ProviderCore, client: TestClient, call: LoggedCall, request: URLSearchParams) => {
  const error = requestError(request);
  if (error !== null) return { error, error_description: 'the test provider refuses this request' };
  if (core.refusal !== null) {
    return { error: core.refusal.error, error_description: core.refusal.description };
  }
  const login = whoSignsIn(core, call, request);
  if (login === null) {
    return { error: words(request.get('prompt')).includes('none') ? 'login_required' : 'access_denied' };
  }
  const { user, ...details } = login;
  const code = randomToken();
  const grant = {
    ...{ client, user, request, details },
    scope: words(request.get('scope')),
    authTime: details.authTime ?? core.authTime ?? core.nowSeconds(),
    sid: randomToken(12),
    isRevoked: false,
  };
  core.memory.codes.set(code, grant);
  core.memory.logins.push(grant);
  return { code };
};

const requestOf = (core: ProviderCore, call: LoggedCall): URLSearchParams => {
  const sent = call.method === 'POST' ? call.form : call.query;
  const pushed = core.memory.pushedRequests.get(sent.get('request_uri') ?? '');
  return pushed ?? sent;
};

export const authorize: Endpoint = async (core, call) => {
  const request = requestOf(core, call);
  const redirectUri = request.get('redirect_uri') ?? '';
  const client = core.clients.find(({ clientId }) => clientId === request.get('client_id'));
  if (client === undefined) return errorReply('invalid_client', 'unknown client_id');
  // RFC 9700 section 2.1: exact match, and no redirect to an address that is not registered.
  if (!(client.redirectUris?.includes(redirectUri) ?? URL.canParse(redirectUri))) {
    return errorReply('invalid_request', 'redirect_uri is not registered');
  }
  const response = new URLSearchParams(Object.entries(decide(core, client, call, request)));
  const state = request.get('state');
  if (state !== null) response.set('state', state);
  response.set('iss', core.issuer);
  const returned = core.bend.authorizeResponse?.(response, request);
  const bent = returned instanceof URLSearchParams ? returned : response;
  if (request.get('response_mode') === 'form_post') return formPost(redirectUri, bent);
  return redirectReply(`${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${bent}`);
};

export const par: Endpoint = async (core, call) => {
  const client = await authenticateClient(call, core.clients, core.issuer);
  if (typeof client === 'string') return errorReply('invalid_client', client, 401);
  const requestUri = `urn:ietf:params:oauth:request_uri:${randomToken(16)}`;
  const request = new URLSearchParams(call.form);
  request.set('client_id', client.clientId);
  core.memory.pushedRequests.set(requestUri, request);
  return jsonReply({ request_uri: requestUri, expires_in: 60 }, 201);
};
