// A call with a machine token: refused once it goes out again with a new one, refused twice it does not.
import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiError, createApiClient, createMachineClient } from '../../src/machine.ts';
import { type ApiService, sendJson, startApiService } from '../support/api-service.ts';
import { type ScriptedProvider, startScriptedProvider, testClient } from '../support/scripted-provider.ts';

let service: ApiService;
let provider: ScriptedProvider;
let revoked: Set<string>;
let time = Date.now();
beforeAll(async () => {
  [service, provider] = await Promise.all([startApiService(), startScriptedProvider()]);
});
afterAll(async () => {
  await Promise.all([service.close(), provider.close()]);
});
beforeEach(() => {
  service.reset();
  provider.reset();
  revoked = new Set();
  service.answer = (call, response) => {
    const token = (call.headers.authorization ?? '').replace('Bearer ', '');
    const good = provider.memory.accessTokens.has(token) && !revoked.has(token);
    if (good) sendJson(response, { ok: true, body: call.body });
    else sendJson(response, { code: 'bad_token', said: `you sent Bearer ${token}`, again: [token] }, 401);
  };
});

const machine = () =>
  createMachineClient({
    ...{
      issuer: provider.issuer,
      clientId: testClient.clientId,
      clientSecret: testClient.clientSecret ?? '',
    },
    clock: () => time,
  });
const fetches = (): number => provider.calls('token').length;
const revokeAll = (): void => {
  for (const token of provider.memory.accessTokens.keys()) revoked.add(token);
};

describe('a call with a machine token', () => {
  it('carries it, and fetches it once for all calls', async () => {
    const api = createApiClient({ baseUrl: service.url, token: machine() });
    await Promise.all(Array.from({ length: 20 }, () => api.get('/a')));
    expect(fetches()).toBe(1);
    expect(new Set(service.calls.map(({ headers }) => headers.authorization)).size).toBe(1);
  });

  it('goes out again, with its body and a new token, when the old one was revoked', async () => {
    const api = createApiClient({ baseUrl: service.url, token: machine() });
    await api.get('/a');
    revokeAll();
    service.calls.splice(0);
    for (const options of [
      { data: { a: 1 } },
      { body: new Blob(['{"a":1}']) },
      { body: new URLSearchParams('a=1') },
    ]) {
      revokeAll();
      time += 6000;
      const { data } = await api.post('/b', options);
      expect(data).toMatchObject({ ok: true, body: expect.stringContaining('a') });
    }
    expect(service.calls.map(({ url }) => url)).toEqual(['/b', '/b', '/b', '/b', '/b', '/b']);
    expect(service.calls[1]?.body).toBe(service.calls[0]?.body);
    expect(fetches()).toBe(4);
  });

  it('fetches one new token when a hundred calls are refused at once', async () => {
    const api = createApiClient({ baseUrl: service.url, token: machine() });
    await api.get('/a');
    revokeAll();
    const answers = await Promise.all(Array.from({ length: 100 }, () => api.get('/b')));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(fetches()).toBe(2);
  });

  it('is not sent a third time', async () => {
    service.answer = (_call, response) => sendJson(response, {}, 401);
    const api = createApiClient({ baseUrl: service.url, token: machine() });
    await expect(api.get('/a')).rejects.toMatchObject({ upstreamStatus: 401, code: 'upstream_refused' });
    expect(service.calls).toHaveLength(2);
    expect(fetches()).toBe(2);
  });

  it('does not fetch tokens without end for a service that refuses all of them', async () => {
    service.answer = (_call, response) => sendJson(response, {}, 401);
    const api = createApiClient({ baseUrl: service.url, token: machine() });
    for (let call = 0; call < 20; call += 1) await api.get('/a').catch(() => {});
    expect(fetches()).toBe(2);
    expect(service.calls).toHaveLength(21);
    time += 5000;
    await api.get('/a').catch(() => {});
    expect(fetches()).toBe(3);
  });

  it('keeps a token that one service refuses while the provider is away: others still take it', async () => {
    const shared = machine();
    const api = createApiClient({ baseUrl: service.url, token: shared });
    await api.get('/a');
    await provider.goDown();
    const honest = service.answer;
    service.answer = (_call, response) => sendJson(response, {}, 401);
    await expect(api.get('/b')).rejects.toMatchObject({ upstreamStatus: 401 });
    service.answer = honest;
    expect((await api.get('/c')).status).toBe(200);
    await provider.comeBack();
    time += 60_000;
  });

  it('is not sent again for a 403 or a 500', async () => {
    const api = createApiClient({ baseUrl: service.url, token: machine() });
    for (const status of [403, 500, 503]) {
      service.answer = (_call, response) => sendJson(response, {}, status);
      service.calls.splice(0);
      await expect(api.get('/a')).rejects.toMatchObject({ upstreamStatus: status });
      expect(service.calls).toHaveLength(1);
    }
    expect(fetches()).toBe(1);
  });

  it('rejects with what the provider said when there is no token at all', async () => {
    provider.bend.raw.token = (_request, response) => void response.writeHead(500).end();
    const api = createApiClient({ baseUrl: service.url, token: machine() });
    await expect(api.get('/a')).rejects.toMatchObject({ code: 'provider_unavailable', status: 503 });
    expect(service.calls).toEqual([]);
  });

  it('fails without the token in any part of the error, though the service echoes it', async () => {
    const machineClient = machine();
    const token = (await machineClient.token()).reveal();
    revokeAll();
    const raw = { headers: { 'x-request-id': token } };
    service.answer = (call, response) => {
      const text = `you sent ${call.headers.authorization}, that is ${token} or ${encodeURIComponent(token)}`;
      sendJson(response, { error: token, code: 5, text }, 403, raw.headers);
    };
    const api = createApiClient({ baseUrl: service.url, token: machineClient });
    const error = (await api.get('/a').catch((thrown: unknown) => thrown)) as ApiError;
    expect(error).toBeInstanceOf(ApiError);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(token);
    expect(error.bodyText).toContain('you sent Bearer [redacted]');
  });
});

describe('a call with a token of your own', () => {
  it('asks for it each time, and goes out again only with another one', async () => {
    const given = ['first', 'second', 'second', 'second'];
    provider.memory.accessTokens.set('none', undefined as never);
    const api = createApiClient({ baseUrl: service.url, token: async () => given.shift() ?? 'no more' });
    await expect(api.get('/a')).rejects.toMatchObject({ upstreamStatus: 401 });
    await expect(api.get('/a')).rejects.toMatchObject({ upstreamStatus: 401 });
    expect(service.calls.map(({ headers }) => headers.authorization)).toEqual([
      ...['Bearer first', 'Bearer second', 'Bearer second'],
    ]);
  });

  it('is not retried where there is no token at all', async () => {
    await expect(createApiClient({ baseUrl: service.url }).get('/a')).rejects.toMatchObject({
      upstreamStatus: 401,
    });
    expect(service.calls).toHaveLength(1);
  });
});
