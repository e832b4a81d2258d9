// Passwords that an administrator passes on: made here, and easy to read aloud.
import { randomToken } from '../crypto/random.ts';

/** Without those that are taken for one another. */
const readable = /[a-hjkmnp-z2-9]/g;
const groups = 4;
const inGroup = 5;

/** A password of twenty characters with 99 bits of chance in them, in groups of five. */
export function newTemporaryPassword(): string {
  let characters = '';
  while (characters.length < groups * inGroup) {
    // Each character of base64url is as likely as any other when the bytes are a multiple of three.
    characters += (randomToken(63).match(readable) ?? []).join('');
  }
  const group = (index: number) => characters.slice(index * inGroup, (index + 1) * inGroup);
  return Array.from({ length: groups }, (_, index) => group(index)).join('-');
}
