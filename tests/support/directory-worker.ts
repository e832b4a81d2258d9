// The process behind directory-process.ts: opens when it is told to, adds a person, notes many logins, and says how that went.
import { openDirectory } from '../../src/directory.ts';

process.on('message', async () => {
  try {
    const store = await openDirectory(JSON.parse(process.argv[2] ?? '{}'));
    await store.people.create({ username: `from ${process.pid}`, permissions: [], roles: [] }, 1);
    // The same ten people in every process, all of it at once.
    const logins = Array.from({ length: 20 }, (_, index) =>
      store.people.signedIn(
        { issuer: 'https://op.example', subject: `person ${index % 10}`, claims: {}, at: index },
        { permissions: ['read'], roles: [] },
      ),
    );
    await Promise.all(logins);
    await store.close();
    process.send?.('opened');
  } catch (error) {
    process.send?.(String(error));
  }
});
process.send?.('ready');
