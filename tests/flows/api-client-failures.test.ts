// A service that is called says no, says nothing or is gone: errors that tell which, in time.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ApiClientOptions, ApiError, createApiClient, type MachineEvent } from '../../src/machine.ts';
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

describe('a refusal', () => {
  it.each<[number, string, number]>([
    [400, 'upstream_refused', 502],
    [401, 'upstream_refused', 502],
    [404, 'upstream_refused', 502],
    [500, 'upstream_refused', 502],
    [429, 'upstream_unavailable', 503],
    [502, 'upstream_unavailable', 503],
    [503, 'upstream_unavailable', 503],
    [504, 'upstream_unavailable', 503],
    [304, 'upstream_response_invalid', 502],
  ])('with %i is %s, and ours to answer with %i', async (upstreamStatus, code, status) => {
    service.answer = (_call, response) => void response.writeHead(upstreamStatus).end();
    const error = await failure(client().get('/things'));
    expect(error).toMatchObject({
      code,
      status,
      upstreamStatus,
      method: 'GET',
      host: service.host,
      path: '/v1/things',
    });
    expect(service.calls).toHaveLength(1);
  });

  it('has the code, the request id, the time to wait and the beginning of the text', async () => {
    const body = { code: 'quota_exceeded', text: 'x'.repeat(5000) };
    service.answer = (_call, response) =>
      sendJson(response, body, 429, { 'x-request-id': 'r-1', 'retry-after': '7' });
    const error = await failure(client().get('/'));
    expect(error).toMatchObject({ upstreamCode: 'quota_exceeded', requestId: 'r-1', upstreamStatus: 429 });
    expect(error.details.retryAfterSeconds).toBe(7);
    expect(error.bodyText).toHaveLength(2000);
    expect(error.message).not.toContain('xxx');
  });

  it('that quotes a credential of anybody is kept without it', async () => {
    const text = 'got Bearer abc.DEF-1_2~3, bearer%20xyz and Basic am9iOng=; wanted a bearer';
    service.answer = (_call, response) => void response.writeHead(403).end(text);
    expect((await failure(client().get('/'))).bodyText).toBe(
      'got Bearer [redacted], bearer [redacted] and Basic [redacted]; wanted a bearer',
    );
  });

  it('without end is read no further than its beginning', async () => {
    service.answer = (_call, response) => {
      response.writeHead(500);
      const timer = setInterval(() => response.write('y'.repeat(4096)), 1);
      response.on('close', () => clearInterval(timer));
    };
    expect((await failure(client().get('/'))).bodyText).toHaveLength(2000);
  });
});

describe('a service', () => {
  it.each<[string, (response: import('node:http').ServerResponse) => void]>([
    ['says nothing', () => {}],
    ['never ends', (response) => void response.writeHead(200, { 'content-type': 'text/plain' }).write('a')],
  ])('that %s is given up on in time', async (_name, answer) => {
    service.answer = (_call, response) => answer(response);
    const error = await failure(client({ timeoutSeconds: 0.2 }).get('/'));
    expect(error).toMatchObject({ code: 'upstream_unavailable', status: 503 });
    expect(events.at(-1)).toMatchObject({ type: 'api_call', failure: 'timeout' });
  });

  it('that hangs up is away, and is not asked a second time', async () => {
    service.answer = (_call, response) => void response.socket?.destroy();
    expect((await failure(client().post('/', { data: {} }))).code).toBe('upstream_unavailable');
    expect(service.calls).toHaveLength(1);
  });

  it('that nobody listens for is away', async () => {
    const gone = await startApiService();
    await gone.close();
    const error = await failure(client({ baseUrl: gone.url }).get('/'));
    expect(error).toMatchObject({ code: 'upstream_unavailable', upstreamStatus: null });
    expect(error.message).toContain('ECONNREFUSED');
  });

  it("is left when the caller changes their mind, with the caller's own reason", async () => {
    const controller = new AbortController();
    service.answer = () => controller.abort(new Error('changed my mind'));
    await expect(client().get('/', { signal: controller.signal })).rejects.toThrow('changed my mind');
    await expect(client().get('/', { signal: controller.signal })).rejects.toThrow('changed my mind');
    expect(service.calls).toHaveLength(1);
  });

  it('is not called while no token comes, and not waited for longer than a call may take', async () => {
    const never = new Promise<string>(() => {});
    const error = await failure(client({ timeoutSeconds: 0.1, token: () => never }).get('/'));
    expect(error).toMatchObject({ code: 'upstream_unavailable' });
    expect(service.calls).toEqual([]);
  });
});
