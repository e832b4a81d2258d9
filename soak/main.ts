// npm run soak: two nodes under mixed traffic while a node, Redis and the provider are killed, and what came of it.
import { type Options, readOptions, usage } from './options.ts';
import { runSoak } from './run-soak.ts';

const args = process.argv.slice(2);
const say = (words: string): void => void process.stdout.write(`${words}\n`);

if (args.includes('--help')) say(usage);
else await soak(readOrRefuse());

/** Ends with 0 when every check holds, 1 when one does not, and 130 when it was interrupted. */
async function soak(options: Options): Promise<void> {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // A second one does not wait: whatever was started is killed at the exit.
      if (interrupted.signal.aborted) process.exit(130);
      interrupted.abort();
    });
  }
  try {
    const checks = await runSoak(options, interrupted.signal, say);
    for (const { holds, words } of checks) say(`${holds ? 'ok    ' : 'FAILED'}  ${words}`);
    process.exitCode = checks.every(({ holds }) => holds) ? 0 : 1;
  } catch (error) {
    if (!interrupted.signal.aborted) process.stderr.write(`${(error as Error).stack}\n`);
    process.exitCode = interrupted.signal.aborted ? 130 : 1;
  }
  // Not left to the end of all timers: a browser may still wait for an answer.
  process.exit();
}

function readOrRefuse(): Options {
  try {
    return readOptions(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}\n`);
    process.exit(64);
  }
}
