// The acceptance list: each of its rows names tests, and each of those is there under that very title.
import { describe, expect, it } from 'vitest';
import { acceptanceGaps, acceptanceGroups } from './checks/acceptance.ts';
import { readIfThere } from './checks/source-files.ts';

const document = readIfThere('docs/acceptance.md') ?? '';

describe('the acceptance list', () => {
  it('has its seven groups, and none is empty', () => {
    const groups = acceptanceGroups(document);
    expect(groups.map(([heading]) => heading)).toEqual([
      'Login',
      'Session',
      'Tokens',
      'Guard',
      'Logout',
      'Operations',
      'Types',
    ]);
    for (const [heading, rows] of groups) expect(rows, heading).toBeGreaterThan(1);
  });

  it('names a test for each row, and each test is there', () => {
    expect(acceptanceGaps(document, readIfThere)).toEqual([]);
  });

  it.each([
    ['a row without a test', '| nobody shows this | soon |', '"nobody shows this" names no test'],
    [
      'a file that is gone',
      '| a | [x](../tests/flows/gone.test.ts): “t” |',
      '"a": tests/flows/gone.test.ts does not exist',
    ],
    [
      'a title that was changed',
      '| a | [x](../tests/flows/there.test.ts): “is it” |',
      '"a": tests/flows/there.test.ts has no test "is it"',
    ],
    [
      'a link without a title',
      '| a | [x](../tests/flows/there.test.ts): “it is there”; [y](../tests/flows/there.test.ts) |',
      '"a" has a link without a title',
    ],
  ])('would be found wanting by %s', (_what, row, finding) => {
    const read = (path: string) =>
      path === 'tests/flows/there.test.ts' ? "it('it is there, is it not', x); it('it is there', y)" : null;
    expect(acceptanceGaps(`| what must hold | shown by |\n|---|---|\n${row}\n`, read)).toEqual([finding]);
  });
});
