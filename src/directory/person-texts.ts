// The texts of a person: what is taken, how it is kept, and the form it is looked up by.
import { LatchkeyError } from '../errors.ts';
import { largestProfile } from './person.ts';

/** Characters of a name, an address or a user name; of the form they are looked up by, too. */
const longest = 200;
/** Bytes of an issuer, and of a subject: both together fit into one entry of an index. */
const longestKey = 1000;
/** Control characters, and those that show nothing or turn the direction of what follows. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cn}\p{Cs}]/u;

/** The form in which texts are compared without regard to case and to the ways Unicode writes the same. */
export function lookupForm(text: string): string {
  const folded = text.toWellFormed().replaceAll('\0', '').normalize('NFKC').toLowerCase().normalize('NFKC');
  return firstCharacters(folded, longest);
}

/**
 * A user name as it is kept: in Unicode's NFKC, without blanks around it. Null where it cannot be one: it is empty,
 * longer than 200 characters, or has characters that nobody sees.
 */
export function usernameFrom(text: string): string | null {
  const username = text.normalize('NFKC').trim();
  const isUsable = username !== '' && [...username].length <= longest && !unseen.test(username);
  return isUsable ? username : null;
}

/** A name or an address for people to read: cut to 200 characters; what is empty or no text is null. */
export function shownText(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const text = value.toWellFormed().replaceAll('\0', '').trim();
  return text === '' ? null : firstCharacters(text, longest);
}

/**
 * Whether issuer and subject can be kept as they are, which is the only way they are kept. Half a character
 * would become another one on its way to a database, and two people one.
 */
export function isExactKey({ issuer, subject }: { issuer: string; subject: string }): boolean {
  return [issuer, subject].every(
    (text) =>
      text !== '' && text.isWellFormed() && !text.includes('\0') && Buffer.byteLength(text) <= longestKey,
  );
}

/** Each name once, in the order given. Names that cannot be kept are refused. */
export function namesFrom(names: readonly string[]): readonly string[] {
  if (
    names.some((name) => name === '' || name.length > longest || !name.isWellFormed() || unseen.test(name))
  ) {
    throw new LatchkeyError('request_malformed', { detail: 'a permission or role is no usable name' });
  }
  return [...new Set(names)];
}

/** A profile as text. Rejects what is no JSON object, and with `payload_too_large` what is too large. */
export function writeProfile(profile: Readonly<Record<string, unknown>>): string {
  const text = asJson(profile);
  if (!text?.startsWith('{')) {
    throw new LatchkeyError('request_malformed', { detail: 'the profile is no JSON object' });
  }
  if (Buffer.byteLength(text) > largestProfile) {
    throw new LatchkeyError('payload_too_large', { detail: `the profile is over ${largestProfile} bytes` });
  }
  return text;
}

/** JSON from the database, without keys that reach a prototype. */
export function readJson(text: string): unknown {
  return JSON.parse(text, withoutPrototypes);
}

function asJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, withoutPrototypes);
  } catch (cause) {
    throw new LatchkeyError('request_malformed', { detail: 'the profile cannot be written as JSON', cause });
  }
}

function withoutPrototypes(key: string, value: unknown): unknown {
  return key === '__proto__' || key === 'constructor' || key === 'prototype' ? undefined : value;
}

function firstCharacters(text: string, most: number): string {
  return text.length <= most ? text : [...text].slice(0, most).join('');
}
