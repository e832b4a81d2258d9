// The form of API keys: enough randomness, a checksum that catches typing errors, and a digest to keep.
import { describe, expect, it } from 'vitest';
import { apiKeyDigest, isPossibleApiKey, newApiKey } from '../../../src/tokens/api-key-format.ts';

describe('an API key', () => {
  it('is 256 random bits behind a prefix that scanners for secrets can find', () => {
    const keys = Array.from({ length: 100 }, newApiKey);
    expect(new Set(keys).size).toBe(100);
    for (const key of keys) expect(key).toMatch(/^lk_[\w-]{49}$/);
  });

  it('with one character changed, added or left out needs no look-up', () => {
    const key = newApiKey();
    expect(isPossibleApiKey(key)).toBe(true);
    for (let index = 3; index < key.length; index += 1) {
      const other = key[index] === 'x' ? 'y' : 'x';
      expect(isPossibleApiKey(key.slice(0, index) + other + key.slice(index + 1)), String(index)).toBe(false);
    }
    for (const wrong of [`${key}x`, key.slice(0, -1), 'lk_', 'lk_x']) {
      expect(isPossibleApiKey(wrong), wrong).toBe(false);
    }
  });

  it('of another system may be looked up unless it is too short to be one', () => {
    expect(isPossibleApiKey('0123456789abcdef0123456789abcdef')).toBe(true);
    expect(isPossibleApiKey('short')).toBe(false);
  });

  it('is kept as a digest that is the same each time and is not the key', () => {
    const key = newApiKey();
    expect(apiKeyDigest(key)).toBe(apiKeyDigest(key));
    expect(apiKeyDigest(key)).toMatch(/^[\w-]{43}$/);
    expect(key).not.toContain(apiKeyDigest(key));
  });
});
