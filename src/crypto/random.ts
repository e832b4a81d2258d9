// Random values that nobody can guess.
import { randomBytes, randomUUID } from 'node:crypto';

/**
 * A random token in base64url.
 * @param bytes - how many random bytes, 32 unless told; 16 is the least that cannot be guessed
 */
export function randomToken(bytes = 32): string {
  return randomBytes(bytes).toString('base64url');
}

/** A random id for things that need no secrecy, such as a request (RFC 9562 version 4). */
export function randomId(): string {
  return randomUUID();
}

/** Random bytes in lowercase hexadecimal, as W3C Trace Context writes its ids. */
export function randomHex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}
