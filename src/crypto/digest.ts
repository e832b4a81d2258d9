// Digests and comparisons that take the same time whatever they are given.
import { createHash, hash, timingSafeEqual } from 'node:crypto';

/** SHA-256 of a text, in base64url (43 characters). */
export function sha256(text: string): string {
  return hash('sha256', text, 'base64url');
}

/** Whether two texts are equal, in a time that does not tell where they differ. */
export function equalInConstantTime(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The left half of a digest in base64url, as OpenID Connect Core section 3.1.3.6 defines `at_hash`. */
export function leftHalfDigest(algorithm: 'sha256' | 'sha384' | 'sha512', text: string): string {
  const digest = createHash(algorithm).update(text, 'ascii').digest();
  return digest.subarray(0, digest.length / 2).toString('base64url');
}
