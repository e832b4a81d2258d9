// A machine writes to the app's audit trail with a token of its own, and an auditor reads it: every part is real.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app/app.ts';
import { createLog } from '../../src/app/log.ts';
import { type ListeningServer, listen } from '../../src/http/listen.ts';
import {
  createApiClient,
  createAuditsClient,
  createMachineClient,
  type MachineClient,
} from '../../src/machine.ts';
import { startTestProvider, type TestProvider, testAuthOptions } from '../../src/testing.ts';
import { freePort } from '../support/free-port.ts';

const machines = [
  { clientId: 'night-job', clientSecret: 'secret of the night job', permissions: ['audits:write'] },
  { clientId: 'auditor', clientSecret: 'secret of the auditor', permissions: ['audits:read'] },
  { clientId: 'nobody', clientSecret: 'secret of nobody special' },
];

let provider: TestProvider;
let server: ListeningServer;
let url: string;
let closeAuth: () => Promise<void>;
const clients: MachineClient[] = [];
beforeAll(async () => {
  const port = await freePort();
  url = `http://localhost:${port}`;
  const audience = `${url}/api`;
  const app = { clientId: 'app', clientSecret: 'secret of the app' };
  provider = await startTestProvider({ clients: [app, ...machines], accessTokens: 'jwt' });
  const log = createLog('silent');
  const serving = { log, trustProxy: null, corsOrigins: [], silentSignIn: false };
  const made = createApp({ auth: testAuthOptions(provider, { baseUrl: url, audience }), ...serving });
  closeAuth = () => made.auth.close();
  server = await listen(made.app, port, '127.0.0.1');
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await server.close();
  await closeAuth();
  await provider.close();
});

const auditsOf = (clientId: string, audience = `${url}/api`) => {
  const clientSecret = machines.find((machine) => machine.clientId === clientId)?.clientSecret ?? '';
  const token = createMachineClient({ issuer: provider.issuer, clientId, clientSecret, audience });
  clients.push(token);
  return createAuditsClient(createApiClient({ baseUrl: `${url}/api`, token }));
};

describe('a machine with a token of its own', () => {
  it('sends an audit to the app, and an auditor lists it, each with one token', async () => {
    const writer = auditsOf('night-job');
    const auditor = auditsOf('auditor');
    const sent = await writer.send(
      { severity: 'Critical', action: 'backup.failed', resource: 'disk/7', actor: 'somebody else' },
      { tenant: 'acme' },
    );
    expect(sent).toMatchObject({ sentBy: 'night-job', actor: 'somebody else', tenant: 'acme' });
    await writer.send({ severity: 'Info', action: 'backup.done' });
    expect(await auditor.list({ filters: { severity: 'Critical' } })).toEqual({ data: [sent], total: 1 });
    expect(await auditor.stats()).toEqual({ severeThisWeek: 1, totalToday: 2 });
  });

  it('may do what its permissions say and no more', async () => {
    const refused = { upstreamStatus: 403, upstreamCode: 'insufficient_permissions' };
    await expect(auditsOf('night-job').list()).rejects.toMatchObject(refused);
    const entry = { severity: 'Info', action: 'a' } as const;
    await expect(auditsOf('auditor').send(entry)).rejects.toMatchObject(refused);
    await expect(auditsOf('nobody').send(entry)).rejects.toMatchObject(refused);
    await expect(auditsOf('nobody').stats()).rejects.toMatchObject(refused);
  });

  it('is nobody with a token for another API', async () => {
    const elsewhere = auditsOf('night-job', 'https://other.example.test');
    await expect(elsewhere.send({ severity: 'Info', action: 'a' })).rejects.toMatchObject({
      upstreamStatus: 401,
      upstreamCode: 'unauthenticated',
    });
  });
});
