// Somebody chooses a part of the path, a tenant or a header of a call: the token still goes to one place alone.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { apiPath, createApiClient } from '../../src/machine.ts';
import { type ApiService, startApiService } from '../support/api-service.ts';
import { type AttackerServer, startAttackerServer } from '../support/attacker-server.ts';

let service: ApiService;
let attacker: AttackerServer;
beforeAll(async () => {
  [service, attacker] = await Promise.all([startApiService(), startAttackerServer()]);
});
afterAll(async () => {
  await Promise.all([service.close(), attacker.close()]);
});
beforeEach(() => service.reset());

const token = 'the-token-of-the-machine-3f8a';
const client = (prefix = '/v1') =>
  createApiClient({ baseUrl: `${service.url}${prefix}`, token: () => token });
const refused = async (call: Promise<unknown>): Promise<void> => {
  await expect(call).rejects.toMatchObject({ code: 'request_malformed', status: 400 });
  expect(service.calls).toEqual([]);
  expect(attacker.hits).toEqual([]);
};

const escapes = (evil: string): readonly string[] => [
  ...[`//${evil}/x`, `///${evil}/x`, `/\\${evil}`, `\\\\${evil}`, `http://${evil}/`, `HTTP:${evil}`],
  ...['https:/evil', 'javascript:alert(1)', 'data:,x', 'file:///etc/passwd', '\thttp://evil/', ' //evil'],
  ...['/\t/evil', '/\n/evil', '/a\r\nx: y', '/a b', '/a\u00a0b', '/a\u2028b', '/a\u0000'],
  ...['..', '../', '/..', '/../admin', '/a/../../admin', '.', '/./a', '/a/.', '/a/..', '/a/./b'],
  ...['/%2e%2e/admin', '/%2E%2E', '/.%2e/x', '/%2e', '/a/%2e%2e%2fadmin', '/..%2fadmin', '/..%2Fadmin'],
  ...['/..%5cadmin', '/..\\admin', '/a%5c..%5cb', '/%252e%252e/admin', '/%25252e%25252e%2fadmin'],
  ...['/%252e%252e/%25', '/%25%2532%2565%25%2532%2565/x', '/..;/admin', '/..;x=1/admin', '/%2e%2e%3b/admin'],
  ...['/.;/a', '/a%00', '/a%0d%0aSet-Cookie:x', '/a%250a', '/%', '/%zz', '/%c0%ae%c0%ae/', '/%e0%80%ae'],
  ...['/a?admin=1', '/a#x', '?a', '#a', `/${'a'.repeat(9000)}`, `/${`%${'25'.repeat(9)}2e`.repeat(2)}`],
];

describe('a path', () => {
  it('that could lead elsewhere is refused before anything is sent', async () => {
    for (const prefix of ['/v1', '/v1/', '', '/a/b']) {
      for (const path of escapes(new URL(attacker.url).host)) {
        await refused(client(prefix).get(path)).catch((error: unknown) => {
          throw new Error(`${JSON.stringify(path)} below "${prefix}" was not refused`, { cause: error });
        });
      }
    }
  });

  it('that is no text is refused', async () => {
    for (const path of [null, undefined, 7, {}, new URL(attacker.url), [attacker.url]]) {
      await refused(client().get(path as unknown as string));
    }
  });

  it.each([
    ['', '/v1'],
    ['/', '/v1'],
    ['users', '/v1/users'],
    ['/users/', '/v1/users/'],
    ['/users/7@evil.example', '/v1/users/7@evil.example'],
    ['/urn:example:7', '/v1/urn:example:7'],
    ['/a//b', '/v1/a//b'],
    ['/files/a%2Fb', '/v1/files/a%2Fb'],
    ['/100%25', '/v1/100%25'],
    ['/a%252Fb', '/v1/a%252Fb'],
    ['/...', '/v1/...'],
    ['/a..b/.hidden', '/v1/a..b/.hidden'],
    ['/größe', '/v1/gr%C3%B6%C3%9Fe'],
  ])('of %j arrives as %j', async (path, arrives) => {
    await client().get(path);
    expect(service.calls.map(({ url }) => url)).toEqual([arrives]);
  });

  it('built with apiPath keeps every value one step', async () => {
    const id = '../admin?x=1#y/z\\ü';
    await client().get(apiPath`/users/${'7 a/b'}/files/${8}`);
    expect(service.calls[0]?.url).toBe('/v1/users/7%20a%2Fb/files/8');
    service.reset();
    for (const value of ['..', '.', '', id]) await refused(client().get(apiPath`/users/${value}/x`));
    await client().get(apiPath`/users/${'\ud800'}`);
    expect(service.calls[0]?.url).toBe('/v1/users/%EF%BF%BD');
  });

  it('cannot be bent by parameters', async () => {
    await client().get('/a', {
      params: { q: '&admin=1#x', list: ['1', '2'], none: null, no: undefined, ok: true },
    });
    expect(service.calls[0]?.url).toBe('/v1/a?q=%26admin%3D1%23x&list=1&list=2&ok=true');
    await client().get('/a', { params: new URLSearchParams([['x', 'y z']]) });
    expect(service.calls[1]?.url).toBe('/v1/a?x=y+z');
  });
});

describe('a value that goes into a header', () => {
  it.each(['a\r\nx-admin: 1', 'a\nb', 'ünï', '', ' ', 'a b', 'x'.repeat(201), '\u0000'])(
    'is refused as a tenant: %j',
    (tenant) => refused(client().get('/a', { tenant })),
  );

  it.each(['a\r\nx-admin: 1', 'a\u0000', 'a\u2028', '日本'])('is refused in a header: %j', (value) =>
    refused(client().get('/a', { headers: { 'x-note': value } })),
  );

  it('is not repeated in what is thrown', async () => {
    const secretive = { headers: { 'x-key': 'very-secret-\r\n-value' } };
    const error = await client()
      .get('/a', secretive)
      .catch((thrown: unknown) => thrown as Error);
    expect(String(error)).not.toContain('very-secret');
    const broken = createApiClient({ baseUrl: service.url, token: () => 'secret-token\r\nx: y' });
    const other = await broken.get('/a').catch((thrown: unknown) => thrown as Error);
    expect(other).toMatchObject({ code: 'internal_error' });
    expect(`${other} ${(other as Error).stack}`).not.toContain('secret-token');
    expect(service.calls).toEqual([]);
  });

  it('cannot replace the token, the host or the length', async () => {
    for (const name of ['authorization', 'Authorization', 'host', 'Content-Length', 'transfer-encoding']) {
      await expect(client().get('/a', { headers: { [name]: 'x' } })).rejects.toThrow(TypeError);
    }
    expect(service.calls).toEqual([]);
  });
});

it.each([301, 302, 303, 307, 308])(
  'a redirect with %i is not followed, so the token stays here',
  async (status) => {
    service.answer = (_call, response) =>
      void response.writeHead(status, { location: `${attacker.url}/take` }).end();
    const call = client().post('/a', { data: { a: 1 } });
    await expect(call).rejects.toMatchObject({ code: 'upstream_response_invalid', upstreamStatus: status });
    expect(attacker.hits).toEqual([]);
  },
);

it('a service that calls itself somewhere else in the options is refused at the start', () => {
  const bad = [
    '',
    'api.example.com',
    'ftp://x',
    'http://api.example.com',
    'https://u:p@x/',
    'https://x/?a',
    'https://x/#',
  ];
  for (const baseUrl of bad) expect(() => createApiClient({ baseUrl }), baseUrl).toThrow(/baseUrl/);
});
