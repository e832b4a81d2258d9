// A client that proves itself with a key in place of a secret (their clientAssertionSigningKey).
import { type Auth, type AuthOptions, createAuth } from 'latchkey';

export function createKeyedAuth(options: AuthOptions, privateKey: string): Auth {
  const { clientSecret: _none, ...rest } = options;
  return createAuth({ ...rest, clientAuth: 'private_key_jwt', clientKey: privateKey });
}
