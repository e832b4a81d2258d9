// Password hashes: how they are made, what they match, and what a flood of them may take.
import { scryptSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isPasswordHash, needsRehash } from '../../../src/crypto/password.ts';
import { createFewAtOnce } from '../../../src/directory/few-at-once.ts';
import { createPasswordHashing } from '../../../src/directory/password-hashing.ts';

const hashing = createPasswordHashing();
const scryptHash = (password: string, logN: number): string => {
  const salt = Buffer.from('a salt of 16 b..');
  const tag = scryptSync(password, salt, 32, { N: 2 ** logN, r: 8, p: 1, maxmem: 2 ** 28 });
  const text = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
  return `$scrypt$ln=${logN},r=8,p=1$${text(salt)}$${text(tag)}`;
};

describe('password hashes', () => {
  it('AD-02: are argon2id with at least 19 MiB, two passes and a salt of their own', async () => {
    const [one, two] = await Promise.all([hashing.hash('a long password'), hashing.hash('a long password')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(two);
    expect(needsRehash(one)).toBe(false);
    expect(await hashing.verify('a long password', one)).toBe(true);
    expect(await hashing.verify('a long passwort', one)).toBe(false);
  });

  it('AD-01b: tell passwords apart that differ in their last byte alone, however long they are', async () => {
    const long = 'ü🔑'.repeat(64);
    const hash = await hashing.hash(`${long}a`);
    expect(await hashing.verify(`${long}b`, hash)).toBe(false);
    expect(await hashing.verify(`${long}a`, hash)).toBe(true);
  });

  it('take letters as the same however the keyboard composes them', async () => {
    const hash = await hashing.hash('caf\u00e9 au\u00a0lait noir');
    expect(await hashing.verify('cafe\u0301 au lait noir', hash)).toBe(true);
    expect(await hashing.verify('cafe au lait noir', hash)).toBe(false);
  });

  it('AD-02: of scrypt, as other systems have them, are checked and asked to be made anew', async () => {
    const hash = scryptHash('from elsewhere', 17);
    expect(isPasswordHash(hash)).toBe(true);
    expect(await hashing.verify('from elsewhere', hash)).toBe(true);
    expect(await hashing.verify('from elsewhere!', hash)).toBe(false);
    expect(needsRehash(hash)).toBe(true);
  });

  it.each([
    ['no hash at all', 'password'],
    ['nothing', ''],
    ['MD5', '5f4dcc3b5aa765d61d8327deb882cf99'],
    ['bcrypt', '$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW'],
    [
      'argon2id that takes a gigabyte',
      '$argon2id$v=19$m=1048576,t=2,p=1$YWFhYWFhYWFhYWFhYWFhYQ$YWFhYWFhYWFhYWFhYWFhYQ',
    ],
    [
      'argon2id that takes a minute',
      '$argon2id$v=19$m=19456,t=999,p=1$YWFhYWFhYWFhYWFhYWFhYQ$YWFhYWFhYWFhYWFhYWFhYQ',
    ],
    ['scrypt that takes a gigabyte', '$scrypt$ln=20,r=8,p=1$YWFhYWFhYWFhYWFhYWFhYQ$YWFhYWFhYWFhYWFhYWFhYQ'],
  ])('%s matches no password', async (_what, hash) => {
    expect(isPasswordHash(hash)).toBe(false);
    expect(await hashing.verify('password', hash)).toBe(false);
    expect(await hashing.verify('', hash)).toBe(false);
  });

  it('of nobody match no password', async () => {
    for (const password of ['', 'password', '\0']) expect(await hashing.verify(password, null)).toBe(false);
  });
});

describe('a flood of passwords', () => {
  it('is worked on a few at a time, in the order it came, and refused beyond what may wait', async () => {
    const fewAtOnce = createFewAtOnce({ atOnce: 2, waiting: 3 });
    const gates: (() => void)[] = [];
    let running = 0;
    let most = 0;
    const done: number[] = [];
    const work = async (number: number) => {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => gates.push(resolve));
      running -= 1;
      done.push(number);
    };
    const all = [0, 1, 2, 3, 4].map((number) => fewAtOnce(() => work(number)));
    await expect(fewAtOnce(() => work(5))).rejects.toMatchObject({ code: 'overloaded', status: 503 });
    for (let opened = 0; opened < 5; opened += 1) {
      while (gates.length === 0) await Promise.resolve();
      gates.shift()?.();
    }
    await Promise.all(all);
    expect([most, done]).toEqual([2, [0, 1, 2, 3, 4]]);
    const again = fewAtOnce(() => work(6));
    while (gates.length === 0) await Promise.resolve();
    gates.shift()?.();
    await again;
  });

  it('goes on after work that failed', async () => {
    const fewAtOnce = createFewAtOnce({ atOnce: 1, waiting: 1 });
    await expect(fewAtOnce(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await fewAtOnce(async () => 'yes')).toBe('yes');
  });

  it('does not hold up the thread that answers requests', async () => {
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 1);
    await Promise.all(Array.from({ length: 4 }, () => hashing.hash('a long password')));
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(5);
  });
});
