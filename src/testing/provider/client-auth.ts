// Who calls a back-channel endpoint: exactly one authentication method, checked as RFC 6749 and RFC 7523 say.
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import type { ClientAuthMethod, LoggedCall, TestClient } from './types.ts';

interface Credentials {
  readonly method: ClientAuthMethod;
  readonly clientId: string;
  readonly secret: string;
}

/** RFC 6749 section 2.3.1: id and secret are form-urlencoded before they are joined. */
const formDecode = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));

const basicCredentials = (header: string): Credentials => {
  const pair = Buffer.from(header.slice('Basic '.length), 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  const [clientId, secret] = [formDecode(pair.slice(0, colon)), formDecode(pair.slice(colon + 1))];
  return { method: 'client_secret_basic', clientId, secret };
};

/** Null when there is none, or more than one. */
const readCredentials = ({ headers, form }: LoggedCall): Credentials | null => {
  const { authorization = '' } = headers;
  const secret = form.get('client_secret');
  const assertion = form.get('client_assertion');
  const found: Credentials[] = [];
  if (/^Basic /i.test(authorization)) found.push(basicCredentials(authorization));
  if (secret !== null)
    found.push({ method: 'client_secret_post', clientId: form.get('client_id') ?? '', secret });
  if (assertion !== null) {
    const [, claims = ''] = assertion.split('.');
    const { sub } = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as { sub: string };
    found.push({ method: 'private_key_jwt', clientId: sub, secret: assertion });
  }
  if (found.length === 0) return { method: 'none', clientId: form.get('client_id') ?? '', secret: '' };
  const [only] = found;
  return found.length === 1 && only !== undefined ? only : null;
};

/** The client, or the reason why it is none. */
export const authenticateClient = async (
  call: LoggedCall,
  clients: readonly TestClient[],
  issuer: string,
): Promise<TestClient | string> => {
  const credentials = readCredentials(call);
  if (credentials === null) return 'more than one client authentication method';
  const { method, clientId, secret } = credentials;
  const client = clients.find((candidate) => candidate.clientId === clientId);
  if (client === undefined) return `unknown client ${clientId}`;
  if (client.authMethod !== undefined && client.authMethod !== method) return `${method} is not registered`;
  if (method === 'none') {
    return client.clientSecret === undefined && client.jwks === undefined
      ? client
      : 'no client authentication';
  }
  if (method === 'private_key_jwt') {
    const keys = createLocalJWKSet({ keys: client.jwks?.keys ?? [] } as unknown as JSONWebKeySet);
    const checks = { issuer: clientId, subject: clientId, audience: issuer, requiredClaims: ['exp', 'jti'] };
    return jwtVerify(secret, keys, checks).then(
      () => client,
      (error: unknown) => `client assertion: ${String(error)}`,
    );
  }
  return secret === client.clientSecret ? client : 'wrong client secret';
};
