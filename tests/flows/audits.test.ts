// The audit trail from client to server: entries sent, found again, sorted, paged and counted, per tenant.
import express from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ListeningServer, listen } from '../../src/http/listen.ts';
import {
  type AuditInput,
  auditRoutes,
  createApiClient,
  createAuditsClient,
  memoryAuditStore,
} from '../../src/machine.ts';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { testUser } from '../support/scripted-provider.ts';

let server: ListeningServer;
const store: Record<string, unknown> & ReturnType<typeof memoryAuditStore> = { ...memoryAuditStore() };
let time = 0;
beforeAll(async () => {
  const app = express();
  const pass: express.RequestHandler = (_req, _res, next) => next();
  app.use('/api/audits', auditRoutes({ store, read: pass, write: pass, clock: () => time }));
  server = await listen(app, 0, '127.0.0.1');
});
afterAll(() => server.close());
beforeEach(() => {
  time = Date.UTC(2026, 5, 15, 12);
  Object.assign(store, memoryAuditStore());
});
const audits = () => createAuditsClient(createApiClient({ baseUrl: `http://127.0.0.1:${server.port}/api` }));
const hour = 3_600_000;

describe('the audits client', () => {
  it('sends an entry and gets back what was stored', async () => {
    const input: AuditInput = {
      ...{ severity: 'High', action: 'user.deleted', actor: 'ada', resource: 'user/7', ip: '2001:db8::1' },
      ...{ description: 'Deleted by hand', data: { reason: 'asked for', list: [1, null] } },
    };
    const stored = await audits().send(input, { tenant: 'acme' });
    expect(stored).toEqual({
      ...input,
      ...{ id: expect.stringMatching(/^[\da-f-]{36}$/), at: '2026-06-15T12:00:00.000Z' },
      ...{ tenant: 'acme', sentBy: null },
    });
    expect(await audits().list()).toEqual({ data: [stored], total: 1 });
  });

  it.each(['Info', 'Medium', 'High', 'Critical', 'Error'] as const)(
    'sends the severity %s',
    async (severity) => {
      expect((await audits().send({ severity, action: 'a' })).severity).toBe(severity);
    },
  );

  it('finds by text, value, severity, time and tenant, all of them together', async () => {
    const send = async (action: string, more: Partial<AuditInput> = {}, tenant = 'acme') => {
      time += hour;
      await audits().send({ severity: 'Info', action, ...more }, { tenant });
    };
    await send('one', { actor: 'ada & ben' });
    await send('two', { severity: 'High', resource: 'x' });
    await send('three', { severity: 'Critical', description: 'Two words' });
    await send('four', { severity: 'Critical' }, 'other');
    const names = async (options: Parameters<ReturnType<typeof audits>['list']>[0]) => {
      const { data, total } = await audits().list(options);
      expect(total).toBe(data.length);
      return data.map(({ action }) => action).join(' ');
    };
    expect(await names({})).toBe('four three two one');
    expect(await names({ sortDirection: 'asc' })).toBe('one two three four');
    expect(await names({ sortBy: 'severity' })).toBe('four three two one');
    expect(await names({ tenant: 'acme' })).toBe('three two one');
    expect(await names({ filter: 'TWO' })).toBe('three two');
    expect(await names({ filters: { actor: 'ada & ben' } })).toBe('one');
    expect(await names({ filters: { resource: 'x' } })).toBe('two');
    expect(await names({ filters: { severity: 'Critical' } })).toBe('four three');
    expect(await names({ filters: { severity: ['High', 'Critical'] }, tenant: 'acme' })).toBe('three two');
    const from = new Date(Date.UTC(2026, 5, 15, 14));
    const to = new Date(Date.UTC(2026, 5, 15, 16));
    expect(await names({ filters: { from, to } })).toBe('three two');
    expect(await names({ filters: { from, action: 'three' }, filter: 'words', tenant: 'acme' })).toBe(
      'three',
    );
  });

  it('turns pages', async () => {
    for (let index = 0; index < 7; index += 1) {
      time += 1000;
      await audits().send({ severity: 'Info', action: `a${index}` });
    }
    const pages = await Promise.all(
      [0, 3, 6, 9].map((offset) => audits().list({ offset, count: 3, sortDirection: 'asc' })),
    );
    expect(pages.map(({ data }) => data.map(({ action }) => action))).toEqual([
      ...[['a0', 'a1', 'a2'], ['a3', 'a4', 'a5'], ['a6'], []],
    ]);
    expect(pages.map(({ total }) => total)).toEqual([7, 7, 7, 7]);
  });

  it('counts what is severe within seven days, and everything since midnight', async () => {
    const send = async (at: number, severity: AuditInput['severity'], tenant = 'acme') => {
      time = at;
      await audits().send({ severity, action: 'a' }, { tenant });
    };
    const now = Date.UTC(2026, 5, 15, 12);
    await send(now - 7 * 24 * hour - 1, 'Critical');
    await send(now - 7 * 24 * hour, 'Critical');
    await send(now - 12 * hour - 1, 'High');
    await send(now - 12 * hour, 'Error');
    await send(now - hour, 'Medium', 'other');
    await send(now, 'Info');
    expect(await audits().stats()).toEqual({ severeThisWeek: 3, totalToday: 3 });
    expect(await audits().stats({ tenant: 'other' })).toEqual({ severeThisWeek: 0, totalToday: 1 });
  });
});

describe('the audit route of the app', () => {
  const withPermissions = async (world: AppWorld, permissions: readonly string[]) => {
    world.provider.user = { ...testUser, permissions };
    const browser = world.browser();
    await world.signIn(browser);
    const headers = { cookie: browser.cookies.header(world.url, 'strict') ?? '', origin: world.url };
    return createAuditsClient(createApiClient({ baseUrl: `${world.url}/api`, headers }));
  };

  it('lets those send who may send and those read who may read, and notes who sent', async () => {
    await using world = await startAppWorld();
    const nobody = createAuditsClient(createApiClient({ baseUrl: `${world.url}/api` }));
    const [reader, writer] = [
      await withPermissions(world, ['audits:read']),
      await withPermissions(world, ['audits:write']),
    ];
    const sent = await writer.send({ severity: 'Critical', action: 'door.opened', actor: 'somebody else' });
    expect(sent).toMatchObject({ sentBy: testUser.sub, actor: 'somebody else' });
    expect((await reader.list()).data).toEqual([sent]);
    expect(await reader.stats()).toEqual({ severeThisWeek: 1, totalToday: 1 });

    const refused = { upstreamStatus: 403, upstreamCode: 'insufficient_permissions' };
    await expect(reader.send({ severity: 'Info', action: 'a' })).rejects.toMatchObject(refused);
    await expect(writer.list()).rejects.toMatchObject(refused);
    await expect(writer.stats()).rejects.toMatchObject(refused);
    const unknown = { upstreamStatus: 401, upstreamCode: 'unauthenticated' };
    await expect(nobody.send({ severity: 'Info', action: 'a' })).rejects.toMatchObject(unknown);
    await expect(nobody.list()).rejects.toMatchObject(unknown);
    await expect(nobody.stats()).rejects.toMatchObject(unknown);
    expect((await reader.list()).total).toBe(1);
  });
});
