// How the tests run: one project per folder of tests, two workers, and the closing line.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { ClosingLineReporter } from './tests/support/vitest-closing-line.ts';
import { LongFilesFirst } from './tests/support/vitest-long-files-first.ts';

const seconds = (count: number): number => count * 1000;

interface ProjectTimes {
  readonly testTimeout: number;
  readonly hookTimeout: number;
}

/** Starts nothing by itself: files of the project that need a database ask for it. */
const globalSetup = [fileURLToPath(new URL('tests/support/postgres-once-a-run.ts', import.meta.url))];

/**
 * Projects run one after another in this order: the quick ones tell first, and the browser has the machine alone. Files
 * share the modules of their worker: loading them anew for each took a fifth of the run.
 */
const project = (name: string, groupOrder: number, times: ProjectTimes) => ({
  extends: true as const,
  test: { name, include: [`tests/${name}/**/*.test.ts`], isolate: false, sequence: { groupOrder }, ...times },
});

/** Talks to processes of its own and waits for them. A shared machine may be slow once; twice is news. */
const withProcesses = (name: string, groupOrder: number, times: ProjectTimes) => {
  const { extends: inherited, test } = project(name, groupOrder, times);
  return { extends: inherited, test: { ...test, globalSetup, retry: process.env.CI === undefined ? 0 : 1 } };
};

const browser = withProcesses('browser', 6, { testTimeout: seconds(60), hookTimeout: seconds(60) });

/** Examples name the package as its users do; here that is the sources. */
const sources = fileURLToPath(new URL('src/', import.meta.url));
const alias = [
  { find: /^latchkey$/, replacement: `${sources}index.ts` },
  { find: /^latchkey\/([\w-]+)$/, replacement: `${sources}$1.ts` },
];

export default defineConfig({
  resolve: { alias },
  test: {
    reporters: ['default', new ClosingLineReporter()],
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: LongFilesFirst },
    passWithNoTests: true,
    restoreMocks: true,
    // A hung child or socket must end the run with a failure and not with a silent wait.
    teardownTimeout: seconds(10),
    projects: [
      project('unit', 1, { testTimeout: seconds(10), hookTimeout: seconds(10) }),
      project('house', 2, { testTimeout: seconds(60), hookTimeout: seconds(60) }),
      withProcesses('contracts', 3, { testTimeout: seconds(20), hookTimeout: seconds(20) }),
      withProcesses('flows', 4, { testTimeout: seconds(30), hookTimeout: seconds(30) }),
      withProcesses('attacks', 5, { testTimeout: seconds(30), hookTimeout: seconds(30) }),
      { ...browser, test: { ...browser.test, fileParallelism: false } },
    ],
  },
});
