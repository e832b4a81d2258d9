// Password hashes as text, in PHC form: argon2id as written here, and scrypt as other systems hand it over.

/** A hash that was read: what it was made with, and what came out. */
export type PasswordHash =
  | {
      readonly kind: 'argon2id';
      /** KiB. */
      readonly memory: number;
      readonly passes: number;
      readonly parallelism: number;
      readonly salt: Buffer;
      readonly tag: Buffer;
    }
  | {
      readonly kind: 'scrypt';
      /** The logarithm of N, to the base of 2. */
      readonly logN: number;
      readonly blockSize: number;
      readonly parallelism: number;
      readonly salt: Buffer;
      readonly tag: Buffer;
    };

/** More than this is refused: a hash from elsewhere must not make one login take all of the memory or a minute. */
const mostMemoryKiB = 262_144;
const mostPasses = 16;
const mostParallelism = 16;

const argon2id =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;
const scrypt =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})={0,2}\$([A-Za-z0-9+/]{22,86})={0,2}$/;

/** Reads a hash; null when it is none, or one that would cost too much to check. */
export function readPhc(text: string): PasswordHash | null {
  const [, memory, passes, lanes, salt, tag] = argon2id.exec(text) ?? [];
  if (salt !== undefined && tag !== undefined) {
    const hash = {
      kind: 'argon2id',
      memory: Number(memory),
      passes: Number(passes),
      parallelism: Number(lanes),
      ...bytesOf(salt, tag),
    } as const;
    const fits =
      within(hash.parallelism, mostParallelism) &&
      within(hash.passes, mostPasses) &&
      hash.memory <= mostMemoryKiB &&
      // RFC 9106 section 3.1.
      hash.memory >= 8 * hash.parallelism;
    return fits ? hash : null;
  }
  const [, logN, blockSize, parallelism, scryptSalt, scryptTag] = scrypt.exec(text) ?? [];
  if (scryptSalt === undefined || scryptTag === undefined) return null;
  const hash = {
    kind: 'scrypt',
    logN: Number(logN),
    blockSize: Number(blockSize),
    parallelism: Number(parallelism),
    ...bytesOf(scryptSalt, scryptTag),
  } as const;
  const fits =
    within(hash.parallelism, mostParallelism) &&
    within(hash.logN, 20) &&
    within(hash.blockSize, 32) &&
    scryptBytes(hash) <= mostMemoryKiB * 1024;
  return fits ? hash : null;
}

/** The memory that scrypt needs (RFC 7914 section 2). */
export function scryptBytes(hash: { readonly logN: number; readonly blockSize: number }): number {
  return 128 * 2 ** hash.logN * hash.blockSize;
}

/** Writes an argon2id hash. */
export function writePhc(hash: Extract<PasswordHash, { kind: 'argon2id' }>): string {
  const { memory, passes, parallelism, salt, tag } = hash;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${withoutPadding(salt)}$${withoutPadding(tag)}`;
}

function within(value: number, most: number): boolean {
  return value >= 1 && value <= most;
}

function bytesOf(salt: string, tag: string): { salt: Buffer; tag: Buffer } {
  return { salt: Buffer.from(salt, 'base64'), tag: Buffer.from(tag, 'base64') };
}

function withoutPadding(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
