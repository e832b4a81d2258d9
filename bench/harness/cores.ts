// Which core does what: the measured server has one for itself, the load has another.
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

const hasTaskset = spawnSync('taskset', ['--version'], { stdio: 'ignore' }).status === 0;
const count = availableParallelism();

/** Whether processes can be held on cores; without it the numbers swing more. */
export const isPinned = hasTaskset && count > 1;

/** The core of the measured server, and the one of the load. Redis and the provider share with the load on two cores. */
export const cores = { server: 0, load: 1, others: count > 2 ? 2 : 1, count } as const;

/** The command line that runs a program on a core. */
export const onCore = (core: number | string, file: string, args: readonly string[]): [string, string[]] =>
  isPinned ? ['taskset', ['-c', String(core), file, ...args]] : [file, [...args]];

/** Moves this process, and what it starts later without {@link onCore}. */
export const moveTo = (core: number): void => {
  if (isPinned)
    spawnSync('taskset', ['-a', '-c', '-p', String(core), String(process.pid)], { stdio: 'ignore' });
};
