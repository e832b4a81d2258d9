// Prints `N passed, N failed` as the very last line of a test run, for people and programs that read only that.
import type { Reporter, SerializedError, TestModule, TestRunEndReason } from 'vitest/node';

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The part of vitest's test module that is counted; small, so that a test can make one. */
export type CountedModule = Pick<TestModule, 'errors'> & {
  readonly children: {
    allTests(): Iterable<{ result(): { readonly state: string } }>;
    allSuites(): Iterable<{ errors(): readonly unknown[] }>;
  };
};

/** Counts tests; a file that does not load, a suite whose hook throws and a stray error count as failures. */
export const tallyRun = (
  modules: readonly CountedModule[],
  unhandledErrors: readonly unknown[],
  reason: TestRunEndReason,
): Tally => {
  let passed = 0;
  let failed = unhandledErrors.length;
  let skipped = 0;
  for (const module of modules) {
    failed += module.errors().length;
    for (const suite of module.children.allSuites()) failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') passed += 1;
      else if (state === 'skipped') skipped += 1;
      // `pending` after the end means that the run was cut off: not knowing is not passing.
      else failed += 1;
    }
  }
  if (reason !== 'passed' && failed === 0) failed = 1;
  return { passed, failed, skipped };
};

export const closingLine = ({ passed, failed, skipped }: Tally): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;

/** The reporter. It writes at process exit, after vitest's own summary and any coverage table. */
export class ClosingLineReporter implements Reporter {
  #tally: Tally | null = null;

  onInit(): void {
    process.once('exit', (exitCode) => {
      const tally = this.#tally ?? { passed: 0, failed: exitCode === 0 ? 0 : 1, skipped: 0 };
      // A failing exit code without a failed test (a threshold, a crash) must not read as a clean run.
      const isSilentFailure = exitCode !== 0 && tally.failed === 0;
      process.stdout.write(`${closingLine(isSilentFailure ? { ...tally, failed: 1 } : tally)}\n`);
    });
  }

  onTestRunEnd(
    modules: readonly TestModule[],
    unhandledErrors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    this.#tally = tallyRun(modules, unhandledErrors, reason);
  }
}
