// Somebody reads the debug log of a service that calls others: every call is there, and nothing that opens a door.
import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLog } from '../../src/app/log.ts';
import {
  createApiClient,
  createAuditsClient,
  createMachineClient,
  logCalls,
  outgoingFrom,
} from '../../src/machine.ts';
import { type ApiService, sendJson, startApiService } from '../support/api-service.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';

let service: ApiService;
let provider: ScriptedProvider;
let redis: TestRedis;
const clientSecret = 'client-secret-5b1c99';
const sealSecret = 'seal-secret-77aa01cc-and-some-more-characters';
beforeAll(async () => {
  const clients = [{ clientId: 'job', clientSecret }];
  [service, provider, redis] = await Promise.all([
    ...([startApiService(), startScriptedProvider({ clients }), startRedis()] as const),
  ]);
});
afterAll(async () => {
  await Promise.all([service.close(), provider.close(), redis.stop()]);
});

it.each([
  ['debug', { LATCHKEY_DEBUG: 'off' }],
  ['info', { LATCHKEY_DEBUG: 'on' }],
  ['trace', { LOG_LEVEL: 'trace' }],
])('at level %s with %j', async (level, environment) => {
  await redis.restart();
  provider.reset();
  service.reset();
  const lines: string[] = [];
  const log = createLog(level, { write: (line: string) => void lines.push(line) });
  const onEvent = logCalls(log, outgoingFrom(environment));
  let time = Date.now();
  const machine = createMachineClient({
    ...{ issuer: provider.issuer, clientId: 'job', clientSecret, onEvent, clock: () => time },
    cache: { type: 'redis', url: redis.url, secret: sealSecret },
  });
  const api = createApiClient({
    baseUrl: service.url,
    token: machine,
    onEvent,
    headers: { 'x-key': 'key-1f2e3d' },
  });
  const errors: unknown[] = [];
  const note = (error: unknown) => {
    errors.push(error);
    log.warn({ err: error }, 'failed');
  };
  const call = { params: { q: 'query-secret-41' }, headers: { 'x-other': 'header-secret-42' } };

  await api.post('/first', { ...call, data: { password: 'body-secret-43' } });
  service.answer = (seen, response) =>
    sendJson(response, { echo: seen, error: seen.headers.authorization }, 401);
  await api.put('/second', { ...call, body: 'body-secret-44' }).catch(note);
  service.answer = (seen, response) => sendJson(response, seen, 500, { 'x-request-id': 'answer-header' });
  await createAuditsClient(api).send({ severity: 'Info', action: 'action-secret-45' }).catch(note);
  service.answer = (_seen, response) => void response.writeHead(200).end('answer-secret-46');
  await api.get('/third', { ...call, as: 'json' }).catch(note);
  service.answer = (_seen, response) => void response.socket?.destroy();
  await api.get('/fourth', call).catch(note);
  await redis.kill();
  await provider.goDown();
  time += 4_000_000;
  await api.get('/fifth', call).catch(note);
  await provider.comeBack();
  provider.clients[0] = { clientId: 'job', clientSecret: 'another' };
  time += 60_000;
  await api.get('/sixth', call).catch(note);
  provider.clients[0] = { clientId: 'job', clientSecret };
  await machine.close();

  const tokens = [...provider.memory.accessTokens.keys()];
  expect(tokens.length).toBeGreaterThanOrEqual(2);
  expect(errors).toHaveLength(6);
  const text = `${lines.join('')}${inspect(errors, { depth: 9 })}`;
  const basic = Buffer.from(`job:${clientSecret}`).toString('base64');
  for (const secret of [...tokens, clientSecret, basic, sealSecret]) {
    expect(text).not.toContain(secret);
  }
  // What a service echoes may stand in the error that a program holds, and never in the log.
  expect(lines.join('')).not.toMatch(/(?:query|header|body|action|answer)-secret|key-1f2e3d/);

  const seen = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const calls = seen.filter(({ msg }) => msg === 'api_call');
  expect(calls.map(({ method, path, status, attempt }) => [method, path, status, attempt])).toEqual([
    ...[
      ['POST', '/first', 200, 1],
      ['PUT', '/second', 401, 1],
      ['PUT', '/second', 401, 2],
    ],
    ...[
      ['POST', '/audits', 500, 1],
      ['GET', '/third', 200, 1],
      ['GET', '/fourth', null, 1],
    ],
  ]);
  expect(calls[0]).toMatchObject({ host: service.host, ms: expect.any(Number) });
  const kinds = new Set(seen.map(({ msg }) => msg));
  for (const kind of ['machine_token_fetched', 'machine_token_failed', 'token_cache_failed']) {
    expect(kinds).toContain(kind);
  }
});

it('without debugging, calls are not in the log of level info, and failures are', async () => {
  const lines: string[] = [];
  const log = createLog('info', { write: (line: string) => void lines.push(line) });
  const onEvent = logCalls(log, outgoingFrom({}));
  service.reset();
  await createApiClient({ baseUrl: service.url, onEvent }).get('/a');
  expect(lines).toEqual([]);
});
