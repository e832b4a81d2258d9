// The lock has an entry for every package it names, so that `npm ci` takes it on every machine.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { missingLockEntries } from '../../scripts/lock-entries.ts';

const textOf = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe.each(['package-lock.json', 'bench/package-lock.json'])('%s', (path) => {
  it('has an entry for every optional package (else run `node scripts/complete-lockfile.ts`)', () => {
    expect(Object.keys(missingLockEntries(JSON.parse(textOf(path))))).toEqual([]);
  });

  it('names no other registry than the public one', () => {
    const hosts = [...textOf(path).matchAll(/"resolved": "(?!file:)[a-z+]+:\/\/([^/"]+)/g)].map(
      ([, host]) => host,
    );
    expect(hosts.filter((host) => host !== 'registry.npmjs.org')).toEqual([]);
  });
});

describe('a lock', () => {
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
