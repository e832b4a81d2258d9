// Copies of a real session inside Redis: the same keys under other names, and cookies that open them.
import { createHash } from 'node:crypto';
import { sign } from 'cookie-signature';
import type { TestRedis } from '../harness/redis.ts';

/** Every key of a session, and what its copies are called. */
export interface CopySource {
  readonly redis: TestRedis;
  /** The record, the vault and the index entries of the session. */
  readonly keys: readonly string[];
}

const perStep = 500;

// COPY keeps the life of a key, and nothing travels but names.
const script = "for at = 1, #ARGV, 2 do redis.call('COPY', ARGV[at], ARGV[at + 1]) end";

/** The id of a copy, as a session cookie has it. */
const idOf = (number: number): string => `copy-${number}`;
const storeIdOf = (number: number): string => createHash('sha256').update(idOf(number)).digest('base64url');

/** The key of a copy: in braces stands the session, or the person or login that an index entry is for. */
const keyOf = (key: string, number: number, place: number): string =>
  key.replace(/\{.*\}/, key.includes(':index:') ? `{${place}-${idOf(number)}}` : `{${storeIdOf(number)}}`);

/** Makes the copies from `from` to just below `to`, a bounded number at a time. */
export async function makeCopies({ redis, keys }: CopySource, from: number, to: number): Promise<void> {
  for (let start = from; start < to; start += perStep) {
    const names: string[] = [];
    for (let number = start; number < Math.min(to, start + perStep); number += 1) {
      for (const [place, key] of keys.entries()) names.push(key, keyOf(key, number, place));
    }
    const reply = await redis.send('EVAL', script, '0', ...names);
    if (reply instanceof Error) throw reply;
  }
}

/** The Cookie header of a copy: another session id, the same access token. */
export function cookieOf(number: number, cookie: string, secret: string): string {
  const id = encodeURIComponent(`s:${sign(idOf(number), secret)}`);
  return cookie.replace(/(latchkey\.sid=)[^;]*/, `$1${id}`);
}
