// Finding a claim by its configured path, and the names in it.
import { describe, expect, it } from 'vitest';
import { claimAt, namesIn } from '../../../src/identity/claim-path.ts';

const claims = {
  permissions: ['a'],
  'https://app.example/roles': ['b'],
  realm_access: { roles: ['c'], deep: { list: ['d'] } },
  'realm_access.shadow': ['whole name'],
  text: 'a b',
  none: null,
};

describe('a claim path', () => {
  it.each([
    ['permissions', ['a']],
    ['https://app.example/roles', ['b']],
    ['realm_access.roles', ['c']],
    ['realm_access.deep.list', ['d']],
    ['realm_access.shadow', ['whole name']],
    ['none', null],
  ])('finds %s', (path, value) => {
    expect(claimAt(claims, path)).toEqual(value);
  });

  it.each([
    ...['missing', 'realm_access.missing', 'realm_access.roles.deeper.still', 'none.roles', 'text.length'],
    ...[
      '__proto__',
      'constructor',
      'realm_access.__proto__',
      'realm_access.constructor.name',
      'toString',
      '',
    ],
    ...['permissions.length.x', '.', 'realm_access..roles'],
  ])('finds nothing at %j', (path) => {
    expect(claimAt(claims, path)).toBeUndefined();
  });

  it('does not find what hangs on a prototype', () => {
    const hostile = JSON.parse('{"__proto__": {"permissions": ["admin"]}}') as Record<string, unknown>;
    expect(claimAt(hostile, 'permissions')).toBeUndefined();
    expect(claimAt(Object.create({ permissions: ['admin'] }), 'permissions')).toBeUndefined();
  });
});

describe('names in a claim', () => {
  it.each<[unknown, readonly string[] | null]>([
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    [[], []],
    ['a b', ['a', 'b']],
    ['  a\tb\n', ['a', 'b']],
    ['', []],
    [['a', 1], null],
    [[['a']], null],
    [{ 0: 'a' }, null],
    [true, null],
    [1, null],
    [null, null],
    [undefined, null],
  ])('%j', (value, names) => {
    expect(namesIn(value)).toEqual(names);
  });
});
