// Seals: only the same purpose, context and secret open them, and nothing that was touched does.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSealer } from '../../../src/crypto/seal.ts';

const secret = 'the first secret, long enough to be taken';
const other = 'another secret, just as long as the first';
const sealer = createSealer([secret]);

describe('a seal', () => {
  it('opens to the text it holds, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (text, context) => {
        expect(sealer.open('token', sealer.seal('token', text, context), context)).toBe(text);
      }),
    );
  });

  it('shows nothing of the text and fits into a cookie as it is', () => {
    const sealed = sealer.seal('token', 'a-token-that-is-a-secret'.repeat(3));
    expect(sealed).toMatch(/^[\w-]+$/);
    expect(Buffer.from(sealed, 'base64url').includes('secret')).toBe(false);
    expect(sealed.length).toBeLessThanOrEqual(Math.ceil(((72 + 42) * 4) / 3));
  });

  it('is never the same twice', () => {
    expect(new Set(Array.from({ length: 200 }, () => sealer.seal('state', 'same'))).size).toBe(200);
  });

  it('does not open for another purpose: a transaction cookie is no token cookie', () => {
    const purposes = ['transaction', 'state', 'token', 'vault'] as const;
    for (const made of purposes) {
      for (const asked of purposes) {
        const expected = made === asked ? 'text' : null;
        expect(sealer.open(asked, sealer.seal(made, 'text'))).toBe(expected);
      }
    }
  });

  it('does not open in another context: a vault moved under another session stays shut', () => {
    const sealed = sealer.seal('vault', 'tokens of Ada', 'session-a');
    expect(sealer.open('vault', sealed, 'session-b')).toBeNull();
    expect(sealer.open('vault', sealed)).toBeNull();
  });

  it('does not open when any single bit of it was changed', () => {
    const bytes = Buffer.from(sealer.seal('token', 'text'), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(sealer.open('token', changed.toString('base64url'))).toBeNull();
    }
  });

  it('does not open when it was cut short or made longer', () => {
    const sealed = sealer.seal('token', 'some text to cut');
    for (let length = 0; length < sealed.length - 1; length += 1) {
      expect(sealer.open('token', sealed.slice(0, length))).toBeNull();
    }
    expect(sealer.open('token', `${sealed}AAAA`)).toBeNull();
  });

  it('opens nothing that a stranger invents, and never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64url')),
        ),
        (text) => {
          expect(sealer.open('token', text)).toBeNull();
          expect(sealer.open('token', `AQ${text}`)).toBeNull();
        },
      ),
    );
  }, 30_000);
});

describe('secrets that change', () => {
  it('lets the old secret open while it is listed, and the new one seal', () => {
    const old = sealer.seal('token', 'text');
    const both = createSealer([other, secret]);
    expect(both.open('token', old)).toBe('text');
    const fresh = both.seal('token', 'text');
    expect(createSealer([other]).open('token', fresh)).toBe('text');
    expect(sealer.open('token', fresh)).toBeNull();
    expect(createSealer([other]).open('token', old)).toBeNull();
  });

  it('finds the right one among secrets whose key ids happen to be the same', () => {
    const idOf = (text: string) => Buffer.from(createSealer([text]).seal('token', ''), 'base64url')[1];
    let twin = '';
    for (let count = 0; twin === ''; count += 1) {
      const candidate = `a candidate secret, long enough ${count}`;
      if (idOf(candidate) === idOf(secret)) twin = candidate;
    }
    expect(createSealer([twin, secret]).open('token', sealer.seal('token', 'text'))).toBe('text');
    expect(createSealer([twin]).open('token', sealer.seal('token', 'text'))).toBeNull();
  });

  it('refuses to be made without any secret', () => {
    expect(() => createSealer([])).toThrow('at least one secret');
  });
});
