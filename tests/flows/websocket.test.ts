// The example with a WebSocket: who may open one, and what everybody else is answered.
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createChat } from '../../examples/websocket/chat.ts';
import { memorySessions } from '../../src/embedded.ts';
import { type Auth, createAuth } from '../../src/index.ts';
import { mint } from '../support/bearer-world.ts';
import { createBrowserClient } from '../support/browser-client.ts';
import { freePort } from '../support/free-port.ts';
import { openRawConnection } from '../support/raw-http.ts';
import { type ScriptedProvider, startScriptedProvider, testClient } from '../support/scripted-provider.ts';

let provider: ScriptedProvider;
let auth: Auth;
let server: ReturnType<typeof createChat>;
let url: string;
let cookie: string;
let offset = 0;

beforeAll(async () => {
  const clock = () => Date.now() + offset;
  provider = await startScriptedProvider({ now: clock });
  const port = await freePort();
  url = `http://localhost:${port}`;
  auth = createAuth({
    issuer: provider.issuer,
    clientId: testClient.clientId,
    clientSecret: testClient.clientSecret ?? '',
    baseUrl: url,
    sessionSecret: 'a test secret of more than thirty-two characters',
    sessions: memorySessions(),
    clock,
  });
  server = createChat(auth);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const ada = createBrowserClient();
  await ada.followAll(await ada.get(url));
  cookie = ada.cookies.header(url, 'strict') ?? '';
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await auth.close();
  await provider.close();
});

interface Outcome {
  readonly status: number;
  readonly body: string;
  readonly challenge: string | undefined;
}

/** Opens a socket, or tells what was answered in its place. */
const open = (headers: Record<string, string>): Promise<WebSocket | Outcome> =>
  new Promise((resolve, reject) => {
    const { port } = server.address() as AddressInfo;
    const ws = new WebSocket(`ws://127.0.0.1:${port}/`, { headers });
    ws.on('open', () => resolve(ws));
    ws.on('error', reject);
    ws.on('unexpected-response', (_req, res) => {
      let body = '';
      res.on('data', (chunk) => {
        body += String(chunk);
      });
      res.on('end', () =>
        resolve({ status: res.statusCode ?? 0, body, challenge: res.headers['www-authenticate'] }),
      );
    });
  });

const refused = async (headers: Record<string, string>): Promise<Outcome> => {
  const outcome = await open(headers);
  if (outcome instanceof WebSocket) throw new Error('the socket was opened');
  return outcome;
};

describe('a WebSocket', () => {
  it('B14: opens for somebody who is signed in, from a page of this site, and knows who it is', async () => {
    const ws = await open({ cookie, origin: url });
    if (!(ws instanceof WebSocket)) throw new Error(`refused with ${ws.status}`);
    const said = new Promise((resolve) => ws.once('message', (data) => resolve(JSON.parse(String(data)))));
    ws.send('hello');
    expect(await said).toEqual({ from: 'Ada Lovelace', text: 'hello' });
    ws.close();
  });

  it('is 401 for a stranger, with a challenge and without a login', async () => {
    const before = provider.calls('authorize').length;
    const outcome = await refused({ origin: url });
    expect([outcome.status, outcome.challenge]).toEqual([401, expect.stringContaining('Bearer realm=')]);
    expect(JSON.parse(outcome.body)).toMatchObject({ code: 'unauthenticated' });
    expect(provider.calls('authorize').length).toBe(before);
  });

  it.each(['https://evil.example', 'null', 'http://localhost:1', ''])(
    'is refused to a page of %j that uses the cookies of its visitor',
    async (origin) => {
      const outcome = await refused(origin === '' ? { cookie } : { cookie, origin });
      expect([outcome.status, JSON.parse(outcome.body).code]).toEqual([403, 'cross_site_request']);
    },
  );

  it('is refused with a session cookie that nobody gave out', async () => {
    expect(
      (await refused({ cookie: 'latchkey.sid=s%3Aabc.def; latchkey.token=x', origin: url })).status,
    ).toBe(401);
  });

  it('B14: opens for a program with a token, which needs no proof of origin, from anywhere', async () => {
    const token = await mint(provider, { scope: 'profile', name: 'A program' });
    for (const origin of [undefined, 'https://elsewhere.example', 'null']) {
      const headers = { authorization: `Bearer ${token}`, ...(origin === undefined ? {} : { origin }) };
      const ws = await open(headers);
      if (!(ws instanceof WebSocket)) throw new Error(`refused with ${ws.status}`);
      const said = new Promise((resolve) => ws.once('message', (data) => resolve(JSON.parse(String(data)))));
      ws.send('hello');
      expect(await said).toEqual({ from: 'A program', text: 'hello' });
      ws.close();
    }
  });

  it('B14: is judged by the token where one comes along, and not by the cookies beside it', async () => {
    const authorization = `Bearer ${await mint(provider, { scope: 'reports' })}`;
    const weak = await refused({ authorization, cookie, origin: url });
    expect([weak.status, JSON.parse(weak.body).code]).toEqual([403, 'insufficient_scope']);
    expect(weak.challenge).toContain('scope="profile"');
    const bad = await refused({ authorization: `${authorization}x`, cookie, origin: url });
    expect([bad.status, bad.challenge]).toEqual([401, expect.stringContaining('error="invalid_token"')]);
  });

  it('is refused once the session has ended', async () => {
    offset += 8 * 24 * 3600 * 1000;
    expect((await refused({ cookie, origin: url })).status).toBe(401);
    offset = 0;
  });

  it('does no harm when the socket dies before it is judged', async () => {
    const { port } = server.address() as AddressInfo;
    for (let count = 0; count < 20; count += 1) {
      const connection = await openRawConnection(port);
      connection.write(
        `GET / HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nCookie: ${cookie}\r\nOrigin: ${url}\r\n\r\n`,
      );
      connection.destroy();
    }
    const ws = await open({ cookie, origin: url });
    expect(ws).toBeInstanceOf(WebSocket);
    if (ws instanceof WebSocket) ws.close();
  });
});
