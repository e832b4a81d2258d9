// The form of an API key: a prefix that scanners for secrets know, 256 random bits, and a checksum.
import { equalInConstantTime, sha256 } from '../crypto/digest.ts';
import { randomToken } from '../crypto/random.ts';

const prefix = 'lk_';
const randomLength = 43;
const checksumLength = 6;

/** Makes a key. Show it once; keep only {@link apiKeyDigest} of it. */
export function newApiKey(): string {
  const random = randomToken(32);
  return prefix + random + checksumOf(random);
}

/**
 * Whether a key may be one at all. A key with our prefix and a wrong checksum was mistyped or made up, and needs no
 * look-up; keys of another form may have been brought along from another system.
 */
export function isPossibleApiKey(key: string): boolean {
  if (!key.startsWith(prefix)) return key.length >= 16;
  const random = key.slice(prefix.length, prefix.length + randomLength);
  const checksum = key.slice(prefix.length + randomLength);
  return checksum.length === checksumLength && equalInConstantTime(checksum, checksumOf(random));
}

/** What a store knows a key by. A plain digest is enough: nobody guesses 256 random bits. */
export function apiKeyDigest(key: string): string {
  return sha256(key);
}

function checksumOf(random: string): string {
  return sha256(`latchkey api key ${random}`).slice(0, checksumLength);
}
