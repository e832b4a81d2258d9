// A service calls another one's API: bodies out and in, tenant, trace and limits.
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  type ApiClientOptions,
  ApiError,
  createApiClient,
  type MachineEvent,
  traceFrom,
} from '../../src/machine.ts';
import { type ApiService, sendJson, startApiService } from '../support/api-service.ts';

let service: ApiService;
let events: MachineEvent[] = [];
beforeAll(async () => {
  service = await startApiService();
});
afterAll(() => service.close());
beforeEach(() => {
  service.reset();
  events = [];
});
const client = (options: Partial<ApiClientOptions> = {}) =>
  createApiClient({ baseUrl: `${service.url}/v1`, onEvent: (event) => void events.push(event), ...options });
const failure = async (call: Promise<unknown>): Promise<ApiError> => {
  const error: unknown = await call.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
};

describe('a call', () => {
  it.each(['get', 'post', 'put', 'patch', 'delete'] as const)('goes out as %s', async (verb) => {
    const { data, status } = await client()[verb]('/things', { params: { a: 1 } });
    expect({ data, status }).toEqual({
      data: { method: verb.toUpperCase(), url: '/v1/things?a=1' },
      status: 200,
    });
    expect(service.calls[0]?.headers.authorization).toBeUndefined();
    expect(service.calls[0]?.headers.accept).toBe('application/json');
  });

  it.each<
    [string, Parameters<ReturnType<typeof createApiClient>['post']>[1], string | RegExp, string | RegExp]
  >([
    ['values as JSON', { data: { a: [1, null, 'ü'] } }, 'application/json', '{"a":[1,null,"ü"]}'],
    ['null as JSON', { data: null }, 'application/json', 'null'],
    [
      'JSON of another type',
      { data: [], headers: { 'content-type': 'application/merge-patch+json' } },
      'application/merge-patch+json',
      '[]',
    ],
    ['a text', { body: 'hello' }, 'text/plain;charset=UTF-8', 'hello'],
    ['a form', { body: new URLSearchParams({ a: 'b c' }) }, /^application\/x-www-form-urlencoded/, 'a=b+c'],
    ['bytes', { body: Buffer.from('bytes'), headers: { 'Content-Type': 'image/png' } }, 'image/png', 'bytes'],
    ['a Blob', { body: new Blob(['blob'], { type: 'text/csv' }) }, 'text/csv', 'blob'],
    ['nothing', {}, '', ''],
  ])('sends %s', async (_name, options, type, body) => {
    await client().post('/', options);
    expect(service.calls[0]?.headers['content-type'] ?? '').toMatch(type);
    expect(service.calls[0]?.body).toMatch(body);
  });

  it('refuses a body that could not be sent twice, and two bodies', async () => {
    const stream = new Blob(['x']).stream() as unknown as string;
    await expect(client().post('/', { body: stream })).rejects.toThrow(/could not be sent again/);
    await expect(client().post('/', { body: 'x', data: {} })).rejects.toThrow(TypeError);
    await expect(client().post('/', { data: () => 1 })).rejects.toThrow(TypeError);
    expect(service.calls).toEqual([]);
  });

  it('names the tenant, in the header of your choice, and sends your own headers', async () => {
    await client({ headers: { 'x-app': 'a', 'x-both': 'default' } }).get('/', {
      tenant: 'acme',
      headers: { 'X-Both': 'call' },
    });
    await client({ tenantHeader: 'frontegg-tenant-id' }).get('/', { tenant: 'acme' });
    await client().get('/');
    expect(service.calls.map(({ headers }) => headers['x-tenant-id'])).toEqual([
      'acme',
      undefined,
      undefined,
    ]);
    expect(service.calls[1]?.headers['frontegg-tenant-id']).toBe('acme');
    expect(service.calls[0]?.headers).toMatchObject({ 'x-app': 'a', 'x-both': 'call' });
  });
});

describe('an answer', () => {
  it.each<[string, number, string, string, unknown]>([
    ['JSON', 200, 'application/json; charset=utf-8', '{"a":1}', { a: 1 }],
    ['problem details', 200, 'application/problem+json', '[1]', [1]],
    ['text', 201, 'text/plain', 'hello', 'hello'],
    ['JSON that is labelled as text', 200, 'text/plain', '{}', '{}'],
    ['nothing with 200', 200, 'application/json', '', null],
    ['nothing with 204', 204, '', '', null],
  ])('with %s is read by its type', async (_name, status, type, body, data) => {
    service.answer = (_call, response) =>
      void response.writeHead(status, type === '' ? {} : { 'content-type': type }).end(body);
    expect((await client().get('/')).data).toEqual(data);
  });

  it('with anything else comes as bytes, and as what was asked for', async () => {
    service.answer = (_call, response) =>
      void response.writeHead(200, { 'content-type': 'image/png', 'x-request-id': 'r-7' }).end('{"a":1}');
    const answer = await client().get('/');
    expect(Buffer.from(answer.data as Uint8Array).toString()).toBe('{"a":1}');
    expect(answer.requestId).toBe('r-7');
    expect(answer.headers.get('content-type')).toBe('image/png');
    expect((await client().get('/', { as: 'json' })).data).toEqual({ a: 1 });
    expect((await client().get('/', { as: 'text' })).data).toBe('{"a":1}');
  });

  it('is checked where a check is given, and has its type then', async () => {
    const thing = z.object({ method: z.literal('GET'), url: z.string() });
    const { data } = await client().get('/x', { parse: thing.parse });
    expect(data.url.toUpperCase()).toBe('/V1/X');
    const error = await failure(client().put('/x', { parse: thing.parse }));
    expect(error.code).toBe('upstream_response_invalid');
    expect(error.cause).toBeInstanceOf(z.ZodError);
  });

  it.each<[string, (response: import('node:http').ServerResponse) => unknown]>([
    ['is broken JSON', (res) => res.writeHead(200, { 'content-type': 'application/json' }).end('{"a":')],
    ['is larger than the cap', (res) => sendJson(res, 'x'.repeat(5000))],
    [
      'inflates beyond the cap',
      (res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(1e6))),
    ],
  ])('that %s is refused', async (_name, answer) => {
    service.answer = (_call, response) => void answer(response);
    const error = await failure(client({ maxResponseBytes: 4000 }).get('/'));
    expect(error).toMatchObject({ code: 'upstream_response_invalid', status: 502, upstreamStatus: 200 });
  });
});

it('calls that belong to one request of ours belong to its trace, each as a step of its own', async () => {
  const incoming = {
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    tracestate: 'a=1,b=2',
  };
  const trace = traceFrom({ headers: incoming });
  await client().get('/', { trace });
  await client().get('/', { trace });
  await client().get('/');
  const [first, second, third] = service.calls.map(({ headers }) => String(headers.traceparent));
  expect(first).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[\da-f]{16}-01$/);
  expect(first).not.toContain('b7ad6b7169203331');
  expect(second).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-/);
  expect(second).not.toBe(first);
  expect(third).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-00$/);
  expect(third).not.toContain('0af7651916cd43dd8448eb211c80319c');
  expect(service.calls.map(({ headers }) => headers.tracestate)).toEqual(['a=1,b=2', 'a=1,b=2', undefined]);
  expect(events.map((event) => 'traceId' in event && third?.includes(event.traceId))).toEqual([
    false,
    false,
    true,
  ]);
});
