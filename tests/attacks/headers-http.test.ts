// WB-15, AT-10b, AT-11: odd HTTP, slow clients, and addresses where careless servers leave things lying about.
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientLimits, listen } from '../../src/http/listen.ts';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { openRawConnection, rawRequest, requestText } from '../support/raw-http.ts';

let world: AppWorld;
beforeAll(async () => {
  world = await startAppWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const statuses = async (lines: readonly string[], body = ''): Promise<readonly number[]> => {
  const { answers } = await rawRequest(world.port, requestText(lines, body), { quietMs: 60 });
  return answers.map(({ status }) => status);
};

describe('odd HTTP', () => {
  it.each(['TRACE', 'TRACK', 'CONNECT', 'PUT', 'DELETE', 'PATCH', 'PROPFIND', 'get'])(
    'WB-15a: %s is refused, and nothing of the request comes back',
    async (method) => {
      const lines = [`${method} / HTTP/1.1`, 'Host: localhost', 'X-Secret: echo-me', 'Connection: close'];
      const { answers, text } = await rawRequest(world.port, requestText(lines));
      expect(answers.length).toBeLessThanOrEqual(1);
      if (answers[0] !== undefined) expect([400, 404, 405]).toContain(answers[0].status);
      expect(text).not.toContain('echo-me');
    },
  );

  it('WB-15b: two Host headers are refused, and so is none', async () => {
    expect(
      await statuses(['GET / HTTP/1.1', 'Host: localhost', 'Host: evil.example', 'Connection: close']),
    ).toEqual([400]);
    expect(await statuses(['GET / HTTP/1.1', 'Connection: close'])).toEqual([400]);
  });

  it.each([
    ['both lengths', ['Content-Length: 4', 'Transfer-Encoding: chunked']],
    ['two lengths', ['Content-Length: 4', 'Content-Length: 5']],
    ['a strange coding', ['Transfer-Encoding: xchunked']],
    ['a coding after chunked', ['Transfer-Encoding: chunked, identity']],
    ['a space before the colon', ['Content-Length : 4']],
    ['a negative length', ['Content-Length: -4']],
  ])('WB-15c: a request that two servers read differently is refused: %s', async (_what, headers) => {
    const smuggled = '0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const seen = await statuses(['POST /logout HTTP/1.1', 'Host: localhost', ...headers], smuggled);
    expect(seen).toEqual([400]);
  });

  it('AT-06: header values with bare line ends or NUL are refused', async () => {
    for (const value of ['a\nX-Evil: 1', 'a\rX-Evil: 1', 'a\u0000b']) {
      const seen = await statuses([
        'GET / HTTP/1.1',
        'Host: localhost',
        `Cookie: ${value}`,
        'Connection: close',
      ]);
      expect([[400], [200]]).toContainEqual(seen);
      if (!value.includes('\n')) expect(seen).toEqual([400]);
    }
  });

  it.each([
    'GET /% HTTP/1.1',
    'GET /%zz HTTP/1.1',
    'GET /%ff/%fe HTTP/1.1',
    'GET /\u00ff HTTP/1.1',
    'GET /?%=%&[]=[ HTTP/1.1',
  ])('%s is a clean 4xx or a page, never a 500', async (line) => {
    const [status = 0] = await statuses([line, 'Host: localhost', 'Connection: close']);
    expect([200, 400, 404]).toContain(status);
  });

  it.each([
    'http://[/',
    'http://:99999/',
    '*',
    '?',
    'x',
    'http://',
    '//',
    '///',
    '/\\..\\..',
    '/assets//',
    '/assets/http://[',
  ])('the target %s is a clean answer, never a 500', async (target) => {
    const seen = await statuses([`GET ${target} HTTP/1.1`, 'Host: localhost', 'Connection: close']);
    for (const status of seen) expect(status).toBeLessThan(500);
  });
});

describe('slow clients', () => {
  it('AT-10b: have seconds, not minutes, for their headers', () => {
    expect(clientLimits.headersTimeout + clientLimits.connectionsCheckingInterval).toBeLessThanOrEqual(
      15_000,
    );
    expect(clientLimits.requestTimeout).toBeLessThanOrEqual(30_000);
    expect(createServer(clientLimits).headersTimeout).toBe(clientLimits.headersTimeout);
  });

  it('AT-10b: a connection that drips its headers for ever is closed by the server', async () => {
    const short = {
      ...clientLimits,
      headersTimeout: 300,
      requestTimeout: 600,
      connectionsCheckingInterval: 50,
    };
    const server = await listen((_req, res) => void res.end('served'), 0, '127.0.0.1', short);
    const slow = await openRawConnection(server.port);
    const slowBody = await openRawConnection(server.port);
    slow.write('GET / HTTP/1.1\r\nHost: localhost\r\n');
    slowBody.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n');
    const drip = setInterval(() => {
      slow.write('X-Drip: 1\r\n');
      slowBody.write('x');
    }, 40);
    expect(await slow.closedWithin(3000)).toBe(true);
    expect(await slowBody.closedWithin(3000)).toBe(true);
    clearInterval(drip);
    const [answer] = (await slow.settle()).answers;
    expect([undefined, 400, 408]).toContain(answer?.status);
    const { answers } = await rawRequest(
      server.port,
      requestText(['GET / HTTP/1.1', 'Host: x', 'Connection: close']),
    );
    expect(answers[0]?.status).toBe(200);
    slow.destroy();
    slowBody.destroy();
    await server.close(100);
  });
});

describe('what careless servers leave lying about', () => {
  it.each([
    ...[
      '/.env',
      '/.env.example',
      '/.git/HEAD',
      '/.git/config',
      '/package.json',
      '/package-lock.json',
      '/README.md',
    ],
    ...['/src/app/main.ts', '/views/home.ejs', '/node_modules/express/package.json', '/data/sessions.sqlite'],
    ...[
      '/data/session-secret.json',
      '/Dockerfile',
      '/docker-compose.yml',
      '/tsconfig.json',
      '/assets/latchkey.css.map',
    ],
    ...[
      '/assets/times.js.map',
      '/assets',
      '/assets/',
      '/assets/.',
      '/public/',
      '/views/',
      '/metrics',
      '/debug',
    ],
    ...[
      '/debug/pprof',
      '/status',
      '/server-status',
      '/actuator/env',
      '/console',
      '/phpinfo.php',
      '/robots.txt.bak',
    ],
    ...[
      '/assets/../package.json',
      '/assets/%2e%2e/package.json',
      '/assets/..%2fpackage.json',
      '/assets/..%5cpackage.json',
    ],
    ...[
      '/assets/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
      '/assets/latchkey.css/..',
      '/assets//etc/passwd',
      '/assets/latchkey.css%00',
    ],
  ])('AT-11: %s is not there', async (path) => {
    const { answers } = await rawRequest(
      world.port,
      requestText([`GET ${path} HTTP/1.1`, 'Host: localhost', 'Accept: text/html', 'Connection: close']),
    );
    expect(answers[0]?.status).toBe(404);
    expect(answers[0]?.body).not.toMatch(/"dependencies"|root:|Index of|sourceMappingURL/);
  });

  it('AT-11a: scripts and styles name no source map', async () => {
    for (const name of ['latchkey.css', 'times.js']) {
      const { status, body } = await world.browser().get(`${world.url}/assets/${name}`);
      expect(status).toBe(200);
      expect(body).not.toContain('sourceMappingURL');
    }
  });
});
