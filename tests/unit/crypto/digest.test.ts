// Digests against published values, and the comparison that does not tell where texts differ.
import { expect, it } from 'vitest';
import { equalInConstantTime, leftHalfDigest, sha256 } from '../../../src/crypto/digest.ts';

it('digests with SHA-256 in base64url', () => {
  // FIPS 180-4's example for "abc".
  const hex = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  expect(sha256('abc')).toBe(Buffer.from(hex, 'hex').toString('base64url'));
  expect(sha256('ü')).toBe(sha256('\u00fc'));
});

it.each([
  ['abc', 'abc', true],
  ['', '', true],
  ['abc', 'abd', false],
  ['abc', 'ab', false],
  ['abc', 'abcd', false],
  ['ü', 'u', false],
  ['\u00fc', 'u\u0308', false],
])('compares %j with %j: %s', (a, b, equal) => {
  expect(equalInConstantTime(a, b)).toBe(equal);
});

it('takes the left half as the ID token wants it', () => {
  // OpenID Connect Core, example in appendix A.3.
  expect(leftHalfDigest('sha256', 'jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y')).toBe(
    '77QmUPtjPfzWtF2AnpK9RQ',
  );
  expect(leftHalfDigest('sha384', 'x')).toHaveLength(32);
  expect(leftHalfDigest('sha512', 'x')).toHaveLength(43);
});
