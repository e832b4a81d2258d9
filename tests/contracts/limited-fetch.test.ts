// The way out to the provider: what comes back can be read as a Response can, and nothing of a call goes on after it.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createLimitedFetch, maxResponseBytes } from '../../src/provider/limited-fetch.ts';

const json = 'application/json';
const tooMuch = `"${'x'.repeat(maxResponseBytes)}"`;
type Answer = readonly [status: number, headers: Record<string, string | number>, body?: string | Buffer];
const answers: Readonly<Record<string, Answer>> = {
  '/json': [200, { 'content-type': json, 'content-length': 13 }, '{"name":"ä"}'],
  '/bom': [200, { 'content-type': json }, '\ufeff{"a":1}'],
  '/zipped': [200, { 'content-type': json, 'content-encoding': 'gzip' }, gzipSync('{"a":1}')],
  '/nothing': [204, {}],
  '/refused': [400, { 'content-type': json }, '{"error":"invalid_grant"}'],
  '/moved': [302, { location: '/json' }],
  '/long': [200, { 'content-type': json, 'content-length': tooMuch.length }, tooMuch],
  '/long-in-pieces': [200, { 'content-type': json }, tooMuch],
  '/bomb': [200, { 'content-type': json, 'content-encoding': 'gzip' }, gzipSync(tooMuch)],
  '/html': [200, { 'content-type': 'text/html' }, '<p>hello</p>'],
};

let server: Server;
let base: string;
beforeAll(async () => {
  server = createServer((req, res) => {
    const answer = answers[req.url ?? ''];
    // Nothing: the call is left hanging.
    if (answer === undefined) return;
    res.writeHead(answer[0], answer[1]).end(answer[2]);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const fetch = createLimitedFetch(5);
const call = (path: string, seconds?: number) =>
  (seconds === undefined ? fetch : createLimitedFetch(seconds))(base + path, {});

describe('an answer', () => {
  it('can be read in every way', async () => {
    const response = await call('/json');
    expect(response).toBeInstanceOf(Response);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, json]);
    const copy = response.clone();
    expect(await response.json()).toEqual({ name: 'ä' });
    expect(await copy.text()).toBe('{"name":"ä"}');
    expect(Buffer.from(await copy.clone().arrayBuffer()).toString()).toBe('{"name":"ä"}');
    expect(Buffer.from(await copy.bytes()).toString()).toBe('{"name":"ä"}');
  });

  it.each(['/bom', '/zipped'])('is read as browsers do: %s', async (path) => {
    expect(await (await call(path)).json()).toEqual({ a: 1 });
  });

  it('that is a refusal, a redirect or empty is handed on as it is', async () => {
    expect(await (await call('/refused')).json()).toEqual({ error: 'invalid_grant' });
    expect((await call('/moved')).status).toBe(302);
    const nothing = await call('/nothing');
    expect([nothing.status, await nothing.text()]).toEqual([204, '']);
    await expect(nothing.json()).rejects.toThrow(SyntaxError);
  });

  it.each(['/long', '/long-in-pieces', '/bomb'])('of more than a megabyte is refused: %s', async (path) => {
    await expect(call(path)).rejects.toMatchObject({ code: 'provider_response_invalid' });
  });

  it('of another type is refused', async () => {
    await expect(call('/html')).rejects.toMatchObject({ code: 'provider_response_invalid' });
  });
});

describe('the time limit', () => {
  it('ends a call that is not answered, and says so', async () => {
    await expect(call('/never', 0.05)).rejects.toMatchObject({
      code: 'provider_unavailable',
      cause: { name: 'TimeoutError' },
    });
  });

  it('ends with the answer', async () => {
    const [begun, ended] = [vi.spyOn(globalThis, 'setTimeout'), vi.spyOn(globalThis, 'clearTimeout')];
    try {
      await call('/json');
      const ours = begun.mock.calls.findIndex(([, ms]) => ms === 5000);
      const timer = begun.mock.results[ours]?.value;
      expect(timer).toBeDefined();
      expect(ended).toHaveBeenCalledWith(timer);
    } finally {
      vi.restoreAllMocks();
    }
  });

  it('of whoever calls counts as well', async () => {
    const signal = AbortSignal.timeout(50);
    await expect(fetch(`${base}/never`, { signal })).rejects.toMatchObject({ code: 'provider_unavailable' });
  });
});
