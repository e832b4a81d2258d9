// A session whose token is due for renewal is no wider door than any other: what opens it, and what does not.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { authorizationToken, cookieToken } from '../../src/index.ts';
import { cookieHeader, type RefreshWorld, startRefreshWorld, tokenLife } from '../support/refresh-world.ts';

let world: RefreshWorld;
beforeAll(async () => {
  world = await startRefreshWorld({}, (app, auth) => {
    const elsewhere = {
      header: authorizationToken(),
      cookie: cookieToken('app.token'),
      custom: (req: { get(name: string): string | undefined }) => req.get('x-app-token') ?? null,
      empty: () => '',
    };
    for (const [name, token] of Object.entries(elsewhere)) {
      app.get(`/elsewhere/${name}`, auth.currentUser({ token }), (_req, res) => void res.send('in'));
      const optional = auth.currentUser({ token, optional: true });
      app.get(`/maybe/${name}`, optional, (req, res) => void res.send(req.user === null ? 'nobody' : 'in'));
    }
    app.post('/act', auth.currentUser(), (_req, res) => void res.send('done'));
  });
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.provider.reset());

const tokenOf = (cookie: string): string =>
  cookie.split('; ').find((pair) => pair.startsWith('latchkey.token=')) ?? '';
const sidOf = (cookie: string): string =>
  cookie.split('; ').find((pair) => pair.startsWith('latchkey.sid=')) ?? '';
const ask = (path: string, cookie: string, headers: Record<string, string> = {}) =>
  world.browser().fetchJson(world.url + path, { headers: { cookie, ...headers } });

describe.each(['due', 'dead'] as const)('RT-02: a session whose token is %s', (state) => {
  it.each(['header', 'cookie', 'custom', 'empty'])(
    'does not open a guard that looks for the token elsewhere (%s) by the session cookie alone',
    async (where) => {
      const browser = await world.signedIn(state);
      const answer = await ask(`/elsewhere/${where}`, cookieHeader(world, browser));
      expect(answer.status).toBe(401);
      expect((await ask(`/maybe/${where}`, cookieHeader(world, browser))).body).toBe('nobody');
      expect(world.refreshes()).toHaveLength(0);
    },
  );

  it('is neither opened nor renewed by a token of another session, an altered one, or a made-up header', async () => {
    const cookie = cookieHeader(world, await world.signedIn());
    const other = cookieHeader(world, await world.signedIn(state));
    const altered = `${tokenOf(cookie).slice(0, 60)}AAAA${tokenOf(cookie).slice(64)}`;
    for (const token of [tokenOf(other), altered, 'latchkey.token=garbage']) {
      expect((await ask('/api/who', `${sidOf(cookie)}; ${token}`)).status).toBe(401);
    }
    const bearer = { authorization: 'Bearer something' };
    expect((await ask('/api/who', cookie, bearer)).status).toBe(401);
    expect((await ask('/optional', cookie, bearer)).status).toBe(401);
    expect((await ask('/api/who', tokenOf(cookie))).status).toBe(401);
    expect(world.refreshes()).toHaveLength(0);
    expect((await ask('/api/who', cookie)).status).toBe(200);
  });

  it('lets no other site act, though the refresh itself may happen', async () => {
    const browser = await world.signedIn(state);
    const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    const options = { method: 'POST', headers: { cookie: cookieHeader(world, browser), ...headers } };
    expect((await world.browser().fetchJson(`${world.url}/act`, options)).status).toBe(403);
  });

  it('does not outlive its idle time by being due', async () => {
    await using idle = await startRefreshWorld({ auth: { idleSeconds: 3000 } });
    const browser = await idle.signedIn(state);
    expect((await browser.fetchJson(`${idle.url}/api/who`)).status).toBe(401);
    expect(idle.refreshes()).toHaveLength(0);
  });
});

it('RT-02: the token before the last one is dead at once, and the last one after a minute', async () => {
  const browser = await world.signedIn();
  const oldest = cookieHeader(world, browser);
  world.advance(tokenLife.due);
  await world.who(browser);
  const older = cookieHeader(world, browser);
  expect((await ask('/api/who', oldest)).status).toBe(200);
  world.advance(tokenLife.due);
  await world.who(browser);
  expect((await ask('/api/who', oldest)).status).toBe(401);
  expect((await ask('/api/who', older)).status).toBe(200);
  world.advance(61);
  expect((await ask('/api/who', older)).status).toBe(401);
  expect(await world.whoIs(browser)).toBe('user-ada');
  expect(world.refreshes()).toHaveLength(2);
});
