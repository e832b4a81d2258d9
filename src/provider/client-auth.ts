// How the client proves itself at the token endpoint.
import { type ClientAuth, ClientSecretBasic, ClientSecretPost, None, PrivateKeyJwt } from 'openid-client';
import type { ClientAuth as ClientAuthName } from '../config/options.ts';
import { importPrivateKey } from '../crypto/private-key.ts';

/** Makes the client authentication. The options have been checked: what a method needs is there. */
export async function createClientAuth(
  method: ClientAuthName,
  secret: string | undefined,
  keyText: string | undefined,
): Promise<ClientAuth> {
  if (method === 'client_secret_basic') return ClientSecretBasic(secret);
  if (method === 'client_secret_post') return ClientSecretPost(secret);
  if (method === 'none') return None();
  // RFC 7523: the secret never leaves; a fresh, short-lived assertion with the issuer as audience does.
  return PrivateKeyJwt(await importPrivateKey(keyText ?? ''));
}
