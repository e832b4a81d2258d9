// The test browser behaves as a real one: cookies by site, Sec-Fetch headers by initiator, one hop at a time.
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBrowserClient, type Visit } from '../../support/browser-client.ts';
import { createBrowserCookies } from '../../support/browser-cookies.ts';

interface Seen {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

describe('browser client', () => {
  let server: Server;
  let app: string;
  let other: string;
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const url = new URL(request.url ?? '/', 'http://x');
      const status = Number(url.searchParams.get('status') ?? 200);
      const to = url.searchParams.get('to');
      response.writeHead(status, {
        ...(to === null ? {} : { location: to }),
        'set-cookie': url.searchParams.getAll('set'),
      });
      const seen: Seen = {
        method: request.method ?? '',
        headers: request.headers,
        body: String(Buffer.concat(chunks)),
      };
      response.end(JSON.stringify(seen));
    });
    await new Promise<void>((resolve) => server.listen(0, resolve));
    const { port } = server.address() as AddressInfo;
    app = `http://localhost:${port}`;
    other = `http://127.0.0.1:${port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  const seen = (visit: Visit): Seen => visit.json<Seen>();

  it('sends what a typed navigation sends', async () => {
    const { headers } = seen(await createBrowserClient().get(app));
    expect(headers).toMatchObject({
      ...{ 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
      accept: expect.stringContaining('text/html'),
    });
    expect(headers.origin).toBeUndefined();
  });

  it('sends what a form, a fetch and an image send', async () => {
    const client = createBrowserClient();
    expect(seen(await client.post(app, { a: '1 2' }))).toMatchObject({
      method: 'POST',
      headers: { origin: app, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate' },
      body: 'a=1+2',
    });
    expect(seen(await client.post(app, {}, { from: `${other}/evil` })).headers).toMatchObject({
      ...{ origin: other, 'sec-fetch-site': 'cross-site', referer: `${other}/` },
    });
    expect(seen(await client.fetchJson(app, { method: 'PUT', json: { a: 1 } }))).toMatchObject({
      method: 'PUT',
      headers: {
        'sec-fetch-mode': 'cors',
        'sec-fetch-dest': 'empty',
        accept: 'application/json',
        origin: app,
      },
      body: '{"a":1}',
    });
    expect(seen(await client.embed(app, 'image')).headers).toMatchObject({ 'sec-fetch-mode': 'no-cors' });
    const old = seen(await client.get(app, { secFetch: false })).headers;
    expect(Object.keys(old).filter((name) => name.startsWith('sec-fetch'))).toEqual([]);
  });

  it('sends SameSite cookies as a browser does', async () => {
    const client = createBrowserClient();
    const set = [
      'l=1; SameSite=Lax',
      's=1; SameSite=Strict',
      'n=1; SameSite=None; Secure',
      'd=1',
      'refused=1; SameSite=None',
    ];
    await client.get(`${app}/?${new URLSearchParams(set.map((line): [string, string] => ['set', line]))}`);
    const cookieOf = async (visit: Promise<Visit>) =>
      seen(await visit)
        .headers.cookie?.split('; ')
        .sort();
    const from = `${other}/`;
    expect(await cookieOf(client.get(app))).toEqual(['d=1', 'l=1', 'n=1', 's=1']);
    expect(await cookieOf(client.get(app, { from }))).toEqual(['d=1', 'l=1', 'n=1']);
    expect(await cookieOf(client.post(app, {}, { from }))).toEqual(['n=1']);
    expect(await cookieOf(client.embed(app, 'image', { from }))).toEqual(['n=1']);
    expect(await cookieOf(client.get(other))).toBeUndefined();
  });

  it('keeps prefixed cookies only by their rules, and shares cookies between ports', () => {
    const cookies = createBrowserCookies();
    expect(cookies.set('http://localhost:1/', '__Host-a=1; Path=/')).toBe(false);
    expect(cookies.set('http://localhost:1/', '__Host-a=1; Path=/; Secure')).toBe(true);
    expect(cookies.set('http://app.example/', 'b=1; Secure')).toBe(false);
    expect(cookies.set('http://localhost:1/', `c=${'x'.repeat(4096)}`)).toBe(false);
    expect(cookies.names('http://localhost:2/any')).toEqual(['__Host-a']);
    const copy = cookies.clone();
    cookies.delete('http://localhost:2/', '__Host-a');
    expect(cookies.list()).toEqual([]);
    expect(copy.value('http://localhost:3/', '__Host-a')).toBe('1');
  });

  it('follows one hop at a time, and forgets a form on 303 but not on 307', async () => {
    const client = createBrowserClient();
    const first = await client.post(`${app}/?status=303&to=/end`, { a: '1' });
    expect(first.status).toBe(303);
    expect(seen(await client.follow(first))).toMatchObject({ method: 'GET', body: '' });
    const kept = await client.post(`${app}/?status=307&to=/end`, { a: '1' });
    expect(seen(await client.follow(kept))).toMatchObject({ method: 'POST', body: 'a=1' });
    await expect(
      client.followAll(
        await client.get(`${app}/?status=302&to=${encodeURIComponent('?status=302&to=/%3F')}`),
        0,
      ),
    ).rejects.toThrow('more than 0');
  });

  it('reaches a public https origin through the proxy that ends TLS', async () => {
    const client = createBrowserClient({ behindProxy: { 'https://app.example': other } });
    await client.get(`https://app.example/?set=${encodeURIComponent('__Host-a=1; Secure; Path=/')}`);
    const { headers } = seen(await client.get('https://app.example/'));
    expect(headers).toMatchObject({
      host: 'app.example',
      'x-forwarded-proto': 'https',
      cookie: '__Host-a=1',
    });
  });
});
