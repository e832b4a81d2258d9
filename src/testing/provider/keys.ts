// The provider's signing keys: made on demand, published, rotated.
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair } from 'jose';
import { randomId } from '../../crypto/random.ts';
import type { Json } from './types.ts';

/** How the provider signs. */
export type SigningAlgorithm = 'RS256' | 'PS256' | 'ES256' | 'EdDSA';

export interface SigningKey {
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  readonly privateKey: CryptoKey;
  /** As it is published, with `kid`, `alg` and `use`. */
  readonly publicJwk: Json;
  /** SPKI, as an attacker would use it for an HMAC secret. */
  readonly publicPem: string;
}

export interface ProviderKeys {
  /** Signs what the provider issues now. */
  readonly current: SigningKey;
  readonly published: readonly SigningKey[];
  /** Publishes one more key; it signs only when `use` is set. */
  add(alg?: SigningAlgorithm, options?: { readonly use?: boolean }): Promise<SigningKey>;
  /** Publishes a key made elsewhere, for example a weak one. */
  adopt(key: SigningKey, options?: { readonly use?: boolean }): void;
  /** A new current key. Without `keepOld` the others are no longer published. */
  rotate(options?: { readonly keepOld?: boolean; readonly alg?: SigningAlgorithm }): Promise<SigningKey>;
}

interface KeyPair {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

/** A key pair of any making, as the provider keeps it. */
export const describeKey = async (
  alg: SigningAlgorithm,
  { privateKey, publicKey }: KeyPair,
): Promise<SigningKey> => {
  const kid = randomId();
  const publicJwk: Json = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
  return { kid, alg, privateKey, publicJwk, publicPem: await exportSPKI(publicKey) };
};

export const createProviderKeys = async (alg: SigningAlgorithm): Promise<ProviderKeys> => {
  let current = await createSigningKey(alg);
  let published: readonly SigningKey[] = [current];
  const keys: ProviderKeys = {
    get current() {
      return current;
    },
    get published() {
      return published;
    },
    async add(added = alg, options = {}) {
      const key = await createSigningKey(added);
      keys.adopt(key, options);
      return key;
    },
    adopt(key, { use = false } = {}) {
      published = [...published, key];
      if (use) current = key;
    },
    async rotate({ keepOld = false, alg: next = current.alg } = {}) {
      current = await createSigningKey(next);
      published = keepOld ? [...published, current] : [current];
      return current;
    },
  };
  return keys;
};

/** A key of its own, published by nobody: the stranger's key of a forgery. */
export const createSigningKey = async (alg: SigningAlgorithm = 'RS256'): Promise<SigningKey> =>
  describeKey(alg, await generateKeyPair(alg, { extractable: true }));

const signatureParameters: Readonly<Record<SigningAlgorithm, Parameters<typeof crypto.subtle.sign>[0]>> = {
  RS256: { name: 'RSASSA-PKCS1-v1_5' },
  PS256: { name: 'RSA-PSS', saltLength: 32 },
  ES256: { name: 'ECDSA', hash: 'SHA-256' },
  EdDSA: { name: 'Ed25519' },
};

const base64url = (text: string): string => Buffer.from(text).toString('base64url');

/** Signs any header over any payload text: a library would refuse to write what some tests must send. */
export const signCompact = async (key: SigningKey, header: Json, payload: string): Promise<string> => {
  const input = `${base64url(JSON.stringify(header))}.${base64url(payload)}`;
  const signature = await crypto.subtle.sign(
    signatureParameters[key.alg],
    key.privateKey,
    Buffer.from(input),
  );
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
};

/** Signs claims. A header member that is `undefined` is left out: `{ kid: undefined }` is a token without kid. */
export const signJwt = (key: SigningKey, claims: Json, header: Json = {}): Promise<string> =>
  signCompact(key, { alg: key.alg, kid: key.kid, ...header }, JSON.stringify(claims));
