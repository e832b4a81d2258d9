// The process behind directory-process.ts: says that it is ready, opens, adds a person, and says how that went.
import { openDirectory } from '../../src/directory.ts';

process.on('message', async () => {
  try {
    const store = await openDirectory(JSON.parse(process.argv[2] ?? '{}'));
    await store.people.create({ username: `from ${process.pid}`, permissions: [], roles: [] }, 1);
    await store.close();
    process.send?.('opened');
  } catch (error) {
    process.send?.(String(error));
  }
});
process.send?.('ready');
