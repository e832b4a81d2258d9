// The closing line of a test run: what it counts as passed, failed and skipped.
import { describe, expect, it } from 'vitest';
import { type CountedModule, closingLine, tallyRun } from '../../support/vitest-closing-line.ts';

const counted = (states: readonly string[], suiteErrors = 0, ownErrors = 0): CountedModule => ({
  errors: () => Array.from({ length: ownErrors }, () => ({ message: 'does not load' })),
  children: {
    allTests: () => states.map((state) => ({ result: () => ({ state }) })),
    allSuites: () => [{ errors: () => Array.from({ length: suiteErrors }, () => 'hook') }],
  },
});

describe('closing line', () => {
  it('counts passed and failed tests, and names skipped ones only when there are some', () => {
    const tally = tallyRun([counted(['passed', 'passed']), counted(['failed'])], [], 'failed');
    expect(closingLine(tally)).toBe('2 passed, 1 failed');
    expect(closingLine(tallyRun([counted(['passed', 'skipped'])], [], 'passed'))).toBe(
      '1 passed, 0 failed, 1 skipped',
    );
  });

  it('counts what is no test but went wrong: a file, a hook, a stray error, a test cut off', () => {
    expect(closingLine(tallyRun([counted([], 0, 1)], [], 'failed'))).toBe('0 passed, 1 failed');
    expect(closingLine(tallyRun([counted(['passed'], 1)], [], 'failed'))).toBe('1 passed, 1 failed');
    expect(closingLine(tallyRun([counted(['passed'])], ['stray'], 'failed'))).toBe('1 passed, 1 failed');
    expect(closingLine(tallyRun([counted(['pending'])], [], 'interrupted'))).toBe('0 passed, 1 failed');
    expect(closingLine(tallyRun([counted(['passed'])], [], 'interrupted'))).toBe('1 passed, 1 failed');
  });
});
