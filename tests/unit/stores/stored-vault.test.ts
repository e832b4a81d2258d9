// How a vault is written down, and that nothing but a vault is read back.
import { expect, it } from 'vitest';
import { readVault, writeVault } from '../../../src/stores/stored-vault.ts';

it.each([
  { version: 0, sealed: 'sealed' },
  { version: 12, sealed: '' },
  { version: 999_999_999, sealed: 'with:colons:and ünï' },
])('comes back: $version, $sealed', (kept) => {
  expect(readVault(writeVault(kept))).toEqual(kept);
});

it.each([
  ['nothing', null],
  ['an empty text', ''],
  ['no version', 'sealed'],
  ['an empty version', ':sealed'],
  ['a version of letters', 'x:sealed'],
  ['a negative version', '-1:sealed'],
  ['a version with more behind it', '1.5:sealed'],
  ['a space before it', ' 1:sealed'],
  ['a number too long to count on', '12345678901:sealed'],
])('reads %s as no vault', (_what, text) => {
  expect(readVault(text)).toBeNull();
});
