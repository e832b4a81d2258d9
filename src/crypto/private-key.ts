// Reads a private key from PEM or JWK.
import { createPrivateKey, type JsonWebKeyInput } from 'node:crypto';
import { type CryptoKey, importJWK, type JWK } from 'jose';

/** A signing key and, where the JWK names one, its id. */
export interface SigningKey {
  readonly key: CryptoKey;
  readonly kid: string;
}

const algorithmByCurve: Record<string, string> = {
  'P-256': 'ES256',
  'P-384': 'ES384',
  'P-521': 'ES512',
  Ed25519: 'Ed25519',
};

/**
 * Imports a private key.
 * @param text - PKCS #8 PEM, or a JWK as JSON; a JWK may carry `kid` and `alg`
 * @throws TypeError when it is neither
 */
export async function importPrivateKey(text: string): Promise<SigningKey | CryptoKey> {
  const jwk = text.trimStart().startsWith('{') ? parseJwk(text) : jwkFromPem(text);
  if (jwk.d === undefined) throw new TypeError('the key is not a private key');
  const alg = jwk.alg ?? algorithmByCurve[jwk.crv ?? ''] ?? 'RS256';
  const key = await importJWK(jwk, alg);
  if (key instanceof Uint8Array) throw new TypeError('the key is a symmetric key');
  return jwk.kid === undefined ? key : { key, kid: jwk.kid };
}

/** Whether {@link importPrivateKey} will take the text; synchronous, for checking a configuration. */
export function isPrivateKey(text: string): boolean {
  try {
    const key = text.trimStart().startsWith('{')
      ? { key: parseJwk(text) as JsonWebKeyInput['key'], format: 'jwk' as const }
      : text;
    return createPrivateKey(key).type === 'private';
  } catch {
    return false;
  }
}

function parseJwk(text: string): JWK {
  try {
    return JSON.parse(text) as JWK;
  } catch {
    throw new TypeError('the key is not valid JSON');
  }
}

function jwkFromPem(text: string): JWK {
  try {
    return createPrivateKey(text).export({ format: 'jwk' }) as JWK;
  } catch {
    throw new TypeError('the key is neither PEM (PKCS #8) nor JWK');
  }
}
