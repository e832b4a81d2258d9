// A secret cannot be printed by accident, in whatever way somebody tries.
import { format, inspect } from 'node:util';
import { expect, it } from 'vitest';
import { Secret } from '../../../src/crypto/secret.ts';

const text = 'do-not-print-me';
const secret = new Secret(text);

it('gives its text to whoever asks for it by name', () => {
  expect(secret.reveal()).toBe(text);
});

it.each([
  ['a template', () => `${secret}`],
  ['joining', () => [secret, 'x'].join(' ')],
  ['String()', () => String(secret)],
  ['JSON', () => JSON.stringify({ nested: { secret }, list: [secret] })],
  ['inspect', () => inspect({ secret }, { depth: 9, showHidden: true, getters: true })],
  ['console formatting', () => format('%s %o %O %j', secret, secret, secret, secret)],
  ['its own keys', () => JSON.stringify([Object.entries(secret), Object.getOwnPropertyNames(secret)])],
  ['a copy', () => JSON.stringify({ ...secret }) + inspect(structuredClone({ ...secret }))],
  ['an error message', () => new Error(`failed with ${secret}`).stack ?? ''],
])('does not show it by %s', (_way, print) => {
  expect(print()).not.toContain(text);
});
