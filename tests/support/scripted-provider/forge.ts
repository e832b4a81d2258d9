// The usual forgeries of a signed token, for `bend.signIdToken` and for logout and access tokens.
import { createHmac, randomBytes } from 'node:crypto';
import { createSigningKey, type SigningAlgorithm, type SigningKey, signCompact, signJwt } from './keys.ts';
import type { Json } from './types.ts';

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Header and claims exactly as given, with any third part. */
export const compactToken = (header: unknown, claims: unknown, signature = ''): string =>
  `${part(header)}.${part(claims)}.${signature}`;

/** `alg: none` (or another spelling of it), no signature. */
export const unsignedToken = (claims: Json, header: Json = {}): string =>
  compactToken({ alg: 'none', ...header }, claims);

/** HS256 with any secret: the client secret, or the public key's PEM or JWK text (key confusion). */
export const hmacToken = (claims: Json, secret: string, header: Json = {}): string => {
  const input = `${part({ alg: 'HS256', ...header })}.${part(claims)}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
};

/** Signed well, by a key that the provider never published; `kid` may claim otherwise. */
export const strangerToken = async (claims: Json, header: Json = {}, alg: SigningAlgorithm = 'RS256') =>
  signJwt(await createSigningKey(alg), claims, header);

/** Carries the stranger's public key in its own header (`jwk`). */
export const embeddedKeyToken = async (claims: Json, header: Json = {}): Promise<string> => {
  const key = await createSigningKey();
  return signJwt(key, claims, { jwk: key.publicJwk, ...header });
};

/** Says where the stranger's key can be fetched (`jku` or `x5u`). */
export const remoteKeyToken = async (
  claims: Json,
  at: { jku: string } | { x5u: string },
): Promise<string> => {
  const key = await createSigningKey();
  return signJwt(key, claims, { ...at });
};

/** The same token with other signature bytes. */
export const withBadSignature = (token: string): string => {
  const [header = '', claims = '', signature = ''] = token.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  bytes[0] = (bytes[0] ?? 0) ^ 0xff;
  return `${header}.${claims}.${bytes.toString('base64url')}`;
};

/** The same signature over other claims. */
export const withOtherClaims = (token: string, change: (claims: Json) => Json): string => {
  const [header = '', claims = '', signature = ''] = token.split('.');
  const changed = change(JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as Json);
  return `${header}.${part(changed)}.${signature}`;
};

/** Five parts that look encrypted, with a PBES2 count that would cost a decrypting reader dearly. */
export const encryptedLookingToken = (count = 10_000_000): string => {
  const header = { alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2s: 'c2FsdA', p2c: count };
  const noise = (bytes: number): string => randomBytes(bytes).toString('base64url');
  return [part(header), noise(24), noise(12), noise(200), noise(16)].join('.');
};

/** Adds a member as raw JSON text: a `__proto__` key, a number too large, the same key twice. */
export const withRawClaim = (key: SigningKey, claims: Json, rawMember: string): Promise<string> =>
  signCompact(key, { alg: key.alg, kid: key.kid }, `${JSON.stringify(claims).slice(0, -1)},${rawMember}}`);
