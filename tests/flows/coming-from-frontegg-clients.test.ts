// The examples for those who come from Frontegg: calling a REST API as a service, and audits.
import express from 'express';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { auditLogin } from '../../examples/coming-from/frontegg/audits.ts';
import { createUser, createVendorApi } from '../../examples/coming-from/frontegg/rest-api.ts';
import { createAuth } from '../../src/index.ts';
import { auditRoutes, createApiClient, memoryAuditStore } from '../../src/machine.ts';
import { startTestProvider, type TestProvider, testAuthOptions } from '../../src/testing.ts';
import { type ApiService, startApiService } from '../support/api-service.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let provider: TestProvider;
let service: ApiService;
let redis: TestRedis;
beforeAll(async () => {
  [provider, service, redis] = await Promise.all([startTestProvider(), startApiService(), startRedis()]);
});
afterEach(async () => {
  provider.reset();
  service.reset();
  await redis.flush();
});
afterAll(() => Promise.all([provider.close(), service.close(), redis.stop()]));

const vendor = () => {
  const { issuer, client } = provider;
  return createVendorApi({
    ...{ issuer, clientId: client.clientId, clientSecret: client.clientSecret ?? '' },
    baseUrl: service.url,
    redis: { host: '127.0.0.1', port: redis.port, password: '' },
    cacheSecret: 'a secret for the cache, of more than 32 characters',
  });
};

describe('the REST API', () => {
  it('is called with one token for all processes, the tenant and the vendor host', async () => {
    const [one, two] = [vendor(), vendor()];
    expect(provider.calls(), 'nothing is asked before it is needed').toEqual([]);
    expect(await createUser(one.api, 'ada@example.test')).toEqual({ method: 'POST', url: '/identity/users' });
    await createUser(two.api, 'bob@example.test');
    expect(provider.calls('token')).toHaveLength(1);
    expect(service.calls.map(({ headers }) => headers['frontegg-tenant-id'])).toEqual(['acme', 'acme']);
    expect(service.calls[0]?.headers['frontegg-vendor-host']).toBe('acme.example.com');
    expect(service.calls[0]?.body).toBe('{"email":"ada@example.test"}');
    expect(service.calls[0]?.headers.authorization).toBe(service.calls[1]?.headers.authorization);
    await Promise.all([one.machine.close(), two.machine.close()]);
  });

  it('says by an error that it refused, and does not call twice what it cannot know to be safe', async () => {
    const { api, machine } = vendor();
    service.answer = (_call, response) => void response.writeHead(409).end();
    await expect(createUser(api, 'ada@example.test')).rejects.toMatchObject({
      ...{ code: 'upstream_refused', upstreamStatus: 409 },
    });
    expect(service.calls).toHaveLength(1);
    await machine.close();
  });

  it('does not keep the service from starting while the provider is away', async () => {
    await provider.goDown();
    const { api, machine } = vendor();
    await expect(createUser(api, 'ada@example.test')).rejects.toMatchObject({ status: 503 });
    await provider.comeBack();
    await machine.close();
  });
});

describe('audits', () => {
  it('are sent, listed and counted, each tenant for itself', async () => {
    const auth = createAuth(testAuthOptions(provider));
    const store = memoryAuditStore();
    const guards = { read: auth.authenticated(), write: auth.authenticated() };
    const app = express().use('/audits', auditRoutes({ store, ...guards }), auth.errorHandler());
    const server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const token = () => provider.accessToken({ sub: 'portal' });
    const api = createApiClient({ baseUrl: `http://127.0.0.1:${port}`, token });
    const { entries, total, severeThisWeek } = await auditLogin(api);
    expect([total, severeThisWeek]).toEqual([1, 0]);
    expect(entries[0]).toMatchObject({ severity: 'Medium', tenant: 'my-tenant-id', sentBy: 'portal' });
    server.close();
    server.closeAllConnections();
    await auth.close();
  });
});
