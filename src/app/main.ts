#!/usr/bin/env node
// The entry of the app: makes sure of the Node version before anything that needs it is loaded.
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  process.stderr.write(
    `latchkey needs Node 24 or newer; this is ${process.versions.node}. Install it, for example with "nvm install 24".\n`,
  );
  process.exit(1);
}
const { run } = await import('./run.ts');
await run();
