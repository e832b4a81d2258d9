#!/usr/bin/env node
// The entry of the app and its commands: makes sure of the Node version before anything that needs it is loaded.
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  process.stderr.write(
    `latchkey needs Node 24 or newer; this is ${process.versions.node}. Install it, for example with "nvm install 24".\n`,
  );
  process.exit(1);
}
const words = process.argv.slice(2);
if (words.length === 0) {
  const { run } = await import('./run.ts');
  await run();
} else {
  const { runCommand } = await import('./cli/run-command.ts');
  process.exitCode = await runCommand(words);
}
