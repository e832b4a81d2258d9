// Loaded before the app in a soak: a signal collects all garbage, and a line in the log says what is left.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

process.on('SIGUSR2', () => {
  collect();
  // What is freed in the first round may hold the rest.
  setImmediate(() => {
    collect();
    const { heapUsed, rss } = process.memoryUsage();
    process.stdout.write(`${JSON.stringify({ msg: 'heap', heapUsed, rss })}\n`);
  });
});
