// Requests that are no opening of a page, from somebody whose session has expired: 401, and no login begins.
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { ask, requestKinds } from '../support/request-kinds.ts';

let world: AppWorld;
let expired: string;
beforeAll(async () => {
  world = await startAppWorld({ auth: { idleSeconds: 600 } });
  const browser = world.browser();
  await world.signIn(browser);
  expired = browser.cookies.header(world.url, 'strict') ?? '';
  world.advance(601);
  world.provider.forgetCalls();
});
afterAll(() => world[Symbol.asyncDispose]());

const others = requestKinds.filter(({ isNavigation }) => !isNavigation);

it.each(others)(
  'RS-15b: $name of a guarded page is 401 and not a redirect, and begins no login',
  async (kind) => {
    for (const cookie of [{ cookie: expired }, {}]) {
      const answer = await ask(`${world.url}/protected`, kind, { ...cookie });
      expect([answer.status, answer.headers.location]).toEqual([401, undefined]);
      expect(answer.headers['set-cookie'] ?? []).not.toContainEqual(expect.stringMatching(/latchkey\.tx\./));
    }
    expect(world.provider.calls('authorize')).toEqual([]);
  },
);

it('RS-15b: a WebSocket handshake without a session is answered 401, and nothing is upgraded', async () => {
  const { port } = world;
  const request = httpRequest({
    ...{ host: '127.0.0.1', port, path: '/protected' },
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      cookie: expired,
    },
  });
  const upgraded: unknown[] = [];
  request.on('upgrade', (answer) => upgraded.push(answer));
  request.end();
  const [answer] = await once(request, 'response');
  answer.resume();
  expect([answer.statusCode, answer.headers.location, upgraded]).toEqual([401, undefined, []]);
});
