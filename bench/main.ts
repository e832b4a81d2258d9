// npm run bench: latchkey beside what people would take instead, on this machine, in one run.
import { servers } from './harness/subjects.ts';
import { installPeers } from './install-peers.ts';
import { type Options, readOptions, usage } from './options.ts';
import { profileTable } from './report/tables.ts';
import { performanceText, writeDocs } from './report/write-docs.ts';
import { runBench } from './run-bench.ts';

const args = process.argv.slice(2);
const say = (words: string): void => void process.stdout.write(`${words}\n`);

if (args.includes('--help')) {
  say(usage);
} else {
  const options = readOrRefuse();
  if (options.servers.some((name) => servers[name].isPeer)) installPeers();
  const report = await runBench(options, `npm run bench${['', ...args].join(' ')}`, say);
  if (options.rounds === 0)
    say(`${profileTable(report, 'parts', 20)}\n\n${profileTable(report, 'functions', 40)}`);
  else say(`\n${performanceText(report)}`);
  if (options.write) {
    writeDocs(report);
    say('\nwritten: docs/performance.md, docs/scaling.md, docs/images/performance.svg');
  }
}

function readOrRefuse(): Options {
  try {
    return readOptions(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}\n`);
    process.exit(64);
  }
}
