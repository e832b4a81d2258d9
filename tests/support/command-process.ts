// The command line as a process of its own: words and standard input in; output, errors and exit status out.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { compiled } from './compiled.ts';

const main = fileURLToPath(new URL('../../src/app/main.ts', import.meta.url));

/** Runs `latchkey` with these words in an environment that has nothing else in it. */
export const runProcess = async (
  env: Readonly<Record<string, string>>,
  words: readonly string[],
  input = '',
): Promise<{ status: number; out: string; err: string }> => {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [main, ...words], {
    cwd: tmpdir(),
    env: { PATH, HOME, ...compiled, ...env },
  });
  const seen = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    seen.out += chunk.toString('utf8');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    seen.err += chunk.toString('utf8');
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [status] = await once(child, 'close');
  return { status, ...seen };
};
