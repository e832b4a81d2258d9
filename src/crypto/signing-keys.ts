// Makes private signing keys, as JSON Web Keys that can be kept in a file.
import { randomToken } from './random.ts';

/** A private JSON Web Key for signatures (RFC 7517). */
export interface SigningKey {
  readonly kty: string;
  readonly kid: string;
  readonly use: 'sig';
  readonly alg: 'RS256' | 'ES256';
  readonly [member: string]: unknown;
}

const algorithms = {
  RS256: {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: 'SHA-256',
  },
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
} as const;

/** Makes a new private key for one algorithm. */
export async function createSigningKey(alg: SigningKey['alg']): Promise<SigningKey> {
  const pair = await crypto.subtle.generateKey(algorithms[alg], true, ['sign', 'verify']);
  if (!('privateKey' in pair)) throw new TypeError(`${alg} needs a key pair`);
  const jwk = await crypto.subtle.exportKey('jwk', pair.privateKey);
  const { kty, key_ops: _operations, ext: _extractable, ...members } = jwk;
  return { ...members, kty: String(kty), kid: randomToken(12), use: 'sig', alg };
}
