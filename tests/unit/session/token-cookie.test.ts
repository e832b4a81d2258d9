// The access token's cookie: sealed or plain, split when large, only a reference when too large.
import { randomBytes } from 'node:crypto';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/crypto/digest.ts';
import { createSealer } from '../../../src/crypto/seal.ts';
import { Secret } from '../../../src/crypto/secret.ts';
import { createCookiePolicy } from '../../../src/http/cookies.ts';
import { createTokenCookie } from '../../../src/session/token-cookie.ts';

const policy = createCookiePolicy(new URL('https://app.example'));
const sealer = createSealer(['a secret of more than thirty-two characters']);
const name = '__Host-latchkey.token';
const token = (length: number) => randomBytes(length).toString('base64url').slice(0, length);
const request = (jar: Record<string, string> = {}): IncomingMessage => {
  const cookie = Object.entries(jar)
    .map(([key, value]) => `${key}=${value}`)
    .join('; ');
  return Object.assign(new IncomingMessage(new Socket()), { headers: { cookie } });
};
/** The Set-Cookie lines as a browser's jar would have them: name to value, '' for a cleared one. */
const written = (write: (res: ServerResponse) => void) => {
  const res = new ServerResponse(request());
  write(res);
  const lines = [res.getHeader('set-cookie') ?? []].flat().map(String);
  const pairs = lines.map((line) => /^([^=]+)=([^;]*)/.exec(line)?.slice(1, 3) ?? []);
  return { lines, jar: Object.fromEntries(pairs) as Record<string, string> };
};

describe.each(['sealed', 'plain'] as const)('%s', (form) => {
  const cookie = createTokenCookie(policy, sealer, form);
  const store = (text: string, before: Record<string, string> = {}) =>
    written((res) => cookie.write(request(before), res, new Secret(text), 3600));

  it.each([1, 300, 1500, 2700, 3500, 5000])('gives a token of %i bytes back', (length) => {
    const text = token(length);
    const { jar, lines } = store(text);
    // The second time it is remembered.
    for (const read of [cookie.read(request(jar)), cookie.read(request(jar))]) {
      expect(read).toMatchObject({ hash: sha256(text) });
      expect(typeof read === 'string' ? null : read.token()?.reveal()).toBe(text);
    }
    for (const line of lines) {
      expect(line).toMatch(/; Max-Age=3600; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
      expect(/^[^;]+/.exec(line)?.[0].length).toBeLessThanOrEqual(4096);
    }
  });

  it.each([9000, 60_000])('keeps only the digest of a token of %i bytes, in one small cookie', (length) => {
    const text = token(length);
    const { jar, lines } = store(text);
    expect(lines).toHaveLength(1);
    expect(lines.join('').length).toBeLessThan(300);
    for (const read of [cookie.read(request(jar)), cookie.read(request(jar))]) {
      expect(read).toMatchObject({ hash: sha256(text) });
      expect(typeof read === 'string' ? 'none' : read.token()).toBeNull();
    }
  });

  it('clears parts that a larger token left behind, and the whole one that a smaller left', () => {
    const large = store(token(5000)).jar;
    expect(Object.keys(large)).toEqual([`${name}.0`, `${name}.1`]);
    const small = store(token(300), { ...large, [`${name}.7`]: 'older still', [`${name}.x`]: 'not ours' });
    expect(small.jar).toMatchObject({ [`${name}.0`]: '', [`${name}.1`]: '', [`${name}.7`]: '' });
    expect(Object.keys(small.jar)).not.toContain(`${name}.x`);
    expect(store(token(5000), { [name]: small.jar[name] ?? '' }).jar[name]).toBe('');
  });

  it('clears what is there, and sets nothing where nothing is', () => {
    const { jar, lines } = written((res) =>
      cookie.clear(request({ [name]: 'x', [`${name}.0`]: 'y', other: 'z' }), res),
    );
    expect(jar).toEqual({ [name]: '', [`${name}.0`]: '' });
    expect(lines.join()).toContain('Max-Age=0');
    expect(written((res) => cookie.clear(request({ other: 'z' }), res)).lines).toEqual([]);
  });

  it('says absent where there is none', () => {
    expect(cookie.read(request())).toBe('absent');
    expect(cookie.read(request({ 'latchkey.token': 'without its prefix' }))).toBe('absent');
  });
});

describe('what a stranger writes into it', () => {
  const sealed = createTokenCookie(policy, sealer, 'sealed');
  const plain = createTokenCookie(policy, sealer, 'plain');
  const foreign = createSealer(['the secret of quite another installation']);

  it.each([
    ['a bare token', token(40)],
    ['another installation’s', foreign.seal('token', 'tx')],
    ['a login in flight', sealer.seal('transaction', 'tx')],
    ['a vault', sealer.seal('vault', 'tx', 'session')],
  ])('does not open when sealed: %s', (_what, value) => {
    expect(sealed.read(request({ [name]: value }))).toBe('invalid');
  });

  it('is invalid when a part is missing', () => {
    const { jar } = written((res) => sealed.write(request(), res, new Secret(token(5000)), 60));
    expect(sealed.read(request({ [`${name}.0`]: jar[`${name}.0`] ?? '' }))).toBe('invalid');
    expect(sealed.read(request({ [`${name}.1`]: jar[`${name}.1`] ?? '' }))).toBe('absent');
  });

  it('is a token like any other when plain, and broken encoding is invalid', () => {
    expect(plain.read(request({ [name]: 'a-token' }))).toMatchObject({ hash: sha256('a-token') });
    expect(plain.read(request({ [name]: '%zz' }))).toBe('invalid');
  });
});
