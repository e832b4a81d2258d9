// The command line inside the test: words and standard input in; output, errors and exit status out.
import { PassThrough, Readable } from 'node:stream';
import type { Terminal } from '../../src/app/cli/read-password.ts';
import { runCommand } from '../../src/app/cli/run-command.ts';

export interface CommandResult {
  readonly status: number;
  readonly out: string;
  readonly err: string;
  /** Standard output as JSON. */
  json<T = Record<string, never>>(): T;
}

/** Runs `latchkey` with these words in an environment that has nothing else in it. */
export const runLatchkey = async (
  env: Readonly<Record<string, string>>,
  line: string,
  typed = '',
): Promise<CommandResult> => {
  const seen = { out: '', err: '' };
  const collect = (name: 'out' | 'err') =>
    new PassThrough().on('data', (chunk: Buffer) => {
      seen[name] += chunk.toString('utf8');
    });
  const [output, errors] = [collect('out'), collect('err')];
  const input = Readable.from([Buffer.from(typed)]);
  const terminal = { input, output, errors } as unknown as Terminal;
  const status = await runCommand(line.split(' '), terminal, env);
  return { status, ...seen, json: () => JSON.parse(seen.out) };
};
