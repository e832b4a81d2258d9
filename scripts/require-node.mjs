// Says clearly which Node is needed; plain JavaScript, so that an old one can read it.
const [major] = process.versions.node.split('.').map(Number);
if (major < 24) {
  console.error(
    `latchkey needs Node 24 or newer, and this is ${process.versions.node}.\n` +
      'On Linux and Windows `npm ci` brings it along; elsewhere install it, for example with `nvm install`.',
  );
  process.exit(1);
}
