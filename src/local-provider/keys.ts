// The keys of the local provider: made once, kept by the caller, so that a restart voids nothing.
import { randomToken } from '../crypto/random.ts';
import { createSigningKey, type SigningKey } from '../crypto/signing-keys.ts';

/** Signing keys and cookie keys, as plain JSON. Holds private keys: keep it where only the process can read it. */
export interface LocalProviderKeys {
  /**
   * A private JWK set with an RS256 key (ID tokens) and an ES256 key (JWT access tokens). The first key of an
   * algorithm signs; later ones are still published, for what they signed.
   */
  readonly jwks: { readonly keys: readonly SigningKey[] };
  /** The first signs cookies, all of them verify. */
  readonly cookieKeys: readonly string[];
}

/** Makes new keys. The result survives `JSON.stringify` and `JSON.parse` unchanged. */
export async function createLocalProviderKeys(): Promise<LocalProviderKeys> {
  const keys = await Promise.all([createSigningKey('RS256'), createSigningKey('ES256')]);
  return { jwks: { keys }, cookieKeys: [randomToken()] };
}
