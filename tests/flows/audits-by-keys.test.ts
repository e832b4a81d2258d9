// Entries that are sent with an API key say with which, so that nobody passes them off as the app's own.
import { expect, it } from 'vitest';
import { memoryApiKeys } from '../../src/embedded.ts';
import { auditRoutes, memoryAuditStore } from '../../src/machine.ts';
import { startLibraryWorld } from '../support/app-world.ts';

it('an attacker with a key that belongs to nobody cannot write an entry that looks like one of the app', async () => {
  const store = memoryAuditStore();
  await using world = await startLibraryWorld(
    (app, auth) => {
      const guard = auth.authenticated({ apiKeys: true });
      app.use('/audits', auditRoutes({ store, read: guard, write: guard }));
    },
    { auth: { apiKeys: memoryApiKeys() } },
  );
  const { key, record } = await world.auth.apiKeys.create({ name: 'robot' });
  const body = JSON.stringify({ severity: 'High', action: 'person_disabled', actor: 'the-admin' });
  const headers = { 'x-api-key': key, 'content-type': 'application/json' };
  expect((await fetch(`${world.url}/audits`, { method: 'POST', headers, body })).status).toBe(201);
  const page = { selection: {}, sortBy: 'at', direction: 'asc', offset: 0, count: 5 } as const;
  expect((await store.list(page)).data).toMatchObject([{ actor: 'the-admin', sentBy: record.id }]);
});
