// The lock has an entry for every package it names, so that `npm ci` takes it on every machine.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { missingLockEntries } from '../../scripts/lock-entries.ts';

describe('package-lock.json', () => {
  it('has an entry for every optional package (else run `node scripts/complete-lockfile.ts`)', () => {
    const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'));
    expect(Object.keys(missingLockEntries(lock))).toEqual([]);
  });

  it('is found incomplete when an optional package is left out', () => {
    const lock = {
      packages: { 'node_modules/tool': { optionalDependencies: { '@tool/linux-x64-musl': '1.2.3' } } },
    };
    expect(missingLockEntries(lock)).toEqual({
      'node_modules/@tool/linux-x64-musl': {
        version: '1.2.3',
        os: ['linux'],
        cpu: ['x64'],
        libc: ['musl'],
        optional: true,
      },
    });
  });
});
