// Random values that nobody can guess.
import { randomBytes, randomFillSync, randomUUID } from 'node:crypto';

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

// Asking the system for a few bytes at a time costs a hundred times as much.
const pool = Buffer.alloc(4096);
let used = pool.length;

/**
 * Random bytes in lowercase hexadecimal, as W3C Trace Context writes its ids; at most 4096. For things that need no
 * secrecy: they come from a pool in memory.
 */
export function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
}
