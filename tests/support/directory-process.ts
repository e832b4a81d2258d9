// A process of its own that opens the directory when it is told to, for starts at the same moment.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { DirectoryOptions } from '../../src/directory.ts';

const worker = fileURLToPath(new URL('directory-worker.ts', import.meta.url));

/** Starts that many processes and, once all are ready, lets each open the directory; what each says about it. */
export const openTogether = async (options: DirectoryOptions, count: number): Promise<readonly string[]> => {
  const children = Array.from({ length: count }, () => fork(worker, [JSON.stringify(options)]));
  try {
    await Promise.all(children.map((child) => once(child, 'message')));
    const said = children.map((child) => once(child, 'message'));
    for (const child of children) child.send('open');
    return (await Promise.all(said)).map(([words]) => String(words));
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
};
