// Password hashes: argon2id, computed off the main thread; scrypt is checked for what was imported.
import { type Argon2Parameters, argon2, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { type PasswordHash, readPhc, scryptBytes, writePhc } from './phc.ts';

/** What new hashes are made with: the OWASP Password Storage Cheat Sheet's least for argon2id. Memory in KiB. */
const current = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const saltBytes = 16;
const tagBytes = 32;

/**
 * Nobody's hash, checked in place of one that is not there. It has the parameters of new hashes, so it takes as long,
 * and no password belongs to it: its tag is not the result of anything.
 */
const nobodys = writePhc({
  kind: 'argon2id',
  ...current,
  salt: Buffer.alloc(saltBytes),
  tag: Buffer.alloc(tagBytes),
});

/** A new hash in PHC form. It takes 19 MiB for as long as it runs. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const tag = await argon2Tag(password, { ...current, salt }, tagBytes);
  return writePhc({ kind: 'argon2id', ...current, salt, tag });
}

/**
 * Whether the password belongs to the hash. Null: there is no hash, which takes as long as a wrong password. A text
 * that is no hash belongs to nothing.
 */
export async function verifyPassword(password: string, hash: string | null): Promise<boolean> {
  const known = readPhc(hash ?? nobodys) ?? readPhc(nobodys);
  if (known === null) return false;
  const tag = await tagOf(password, known);
  return timingSafeEqual(tag, known.tag) && hash !== null;
}

/** Whether a hash was made in another way than new ones are. */
export function needsRehash(hash: string): boolean {
  const known = readPhc(hash);
  return (
    known?.kind !== 'argon2id' ||
    known.memory !== current.memory ||
    known.passes !== current.passes ||
    known.parallelism !== current.parallelism ||
    known.tag.length !== tagBytes
  );
}

/** Whether a text is a hash that can be checked here, for whoever imports accounts. */
export function isPasswordHash(text: string): boolean {
  return readPhc(text) !== null;
}

/** One spelling per password: composed and decomposed letters are the same key strokes (RFC 8265 section 4.2.2). */
export function normalPassword(password: string): string {
  return password.replace(/\p{Zs}/gu, ' ').normalize('NFC');
}

function tagOf(password: string, hash: PasswordHash): Promise<Buffer> {
  return hash.kind === 'argon2id'
    ? argon2Tag(password, hash, hash.tag.length)
    : scryptTag(password, hash, hash.tag.length);
}

function argon2Tag(
  password: string,
  { memory, passes, parallelism, salt }: Omit<Extract<PasswordHash, { kind: 'argon2id' }>, 'kind' | 'tag'>,
  tagLength: number,
): Promise<Buffer> {
  const message = Buffer.from(normalPassword(password), 'utf8');
  const parameters: Argon2Parameters = { message, nonce: salt, parallelism, tagLength, memory, passes };
  return new Promise((resolve, reject) => {
    argon2('argon2id', parameters, (error, tag) => (error === null ? resolve(tag) : reject(error)));
  });
}

function scryptTag(
  password: string,
  hash: Extract<PasswordHash, { kind: 'scrypt' }>,
  length: number,
): Promise<Buffer> {
  const { salt, blockSize, parallelism } = hash;
  const options = {
    N: 2 ** hash.logN,
    r: blockSize,
    p: parallelism,
    maxmem: scryptBytes(hash) + 2_097_152,
  };
  return new Promise((resolve, reject) => {
    scrypt(normalPassword(password), salt, length, options, (error, tag) =>
      error === null ? resolve(tag) : reject(error),
    );
  });
}
