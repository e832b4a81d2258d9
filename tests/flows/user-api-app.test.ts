// The JSON API inside the app: mounted by a setting, with DELETE let through, the app's log, and its sessions.
import express from 'express';
import { describe, expect, it } from 'vitest';
import { localIssuer } from '../../src/directory.ts';
import { startAppWorld } from '../support/app-world.ts';
import { memoryDirectory } from '../support/memory-directory.ts';
import { plainAccounts } from '../support/plain-accounts.ts';
import { passwordOf, startUserApiWorld } from '../support/user-api-world.ts';

const prepare = async () => {
  const directory = memoryDirectory();
  const accounts = plainAccounts(directory, () => Date.now());
  const { id } = await directory.people.create({ username: 'ada', permissions: ['admin'], roles: [] }, 1);
  await accounts.setPassword(id, passwordOf('ada'), { temporary: false });
  return { directory, accounts, id };
};
const call = async (url: string, method: string, headers: Record<string, string> = {}, body?: unknown) => {
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(url, { method, headers: { ...type, ...headers }, ...sent });
  const text = await response.text();
  return {
    status: response.status,
    json: text.startsWith('{') ? JSON.parse(text) : null,
    headers: response.headers,
  };
};

describe('the app', () => {
  it('has the JSON API where it is configured, logs what was done by whom, and keeps its other routes', async () => {
    const { directory, accounts, id } = await prepare();
    await using world = await startAppWorld({ userApi: { directory, accounts } });
    const body = { username: 'ada', password: passwordOf('ada') };
    const { json } = await call(`${world.url}/api/user/login`, 'POST', {}, body);
    const authorization = json.token;
    const me = await call(`${world.url}/api/user`, 'GET', { authorization });
    expect([me.status, me.json.id]).toEqual([200, id]);
    const bob = { username: 'bob', password: 'long enough' };
    const created = await call(`${world.url}/api/user/users`, 'POST', { authorization }, bob);
    const removed = await call(`${world.url}/api/user/users/${created.json.id}`, 'DELETE', { authorization });
    expect(removed.json).toEqual({ userId: created.json.id, deleted: true });
    expect((await call(`${world.url}/api/user/logout`, 'DELETE', { authorization })).status).toBe(200);
    expect((await call(`${world.url}/api/user`, 'GET', { authorization })).status).toBe(401);

    for (const path of ['/protected', '/api/reports', '/api/users', '/api/userx']) {
      expect((await call(world.url + path, 'DELETE')).status, path).toBe(405);
    }
    expect((await call(`${world.url}/api/user/login`, 'PUT')).status).toBe(405);
    const line = world.logLines().find(({ msg }) => msg === 'person_deleted');
    expect(line).toMatchObject({ by: id, personId: created.json.id, ip: '127.0.0.1' });
    expect(world.logText()).not.toContain(authorization);
    expect(world.logText()).not.toContain(passwordOf('ada'));
  });

  it('has none without the setting', async () => {
    await using world = await startAppWorld();
    expect((await call(`${world.url}/api/user`, 'GET')).status).toBe(404);
    expect((await call(`${world.url}/api/user/login`, 'DELETE')).status).toBe(405);
  });

  it('lets somebody who is signed in use it from its own pages, with what the directory lets them do', async () => {
    const { directory, accounts } = await prepare();
    await using world = await startAppWorld({ userApi: { directory, accounts } });
    const browser = world.browser();
    await world.signIn(browser);
    const ask = (path: string, method = 'GET', headers = {}) =>
      browser.fetchJson(`${world.url}/api/user${path}`, { method, headers });
    expect((await ask('')).status).toBe(401);
    const key = { issuer: world.provider.issuer, subject: await world.whoIs(browser) };
    const none = { permissions: [], roles: [] };
    const { id } = await directory.people.signedIn({ ...key, claims: {}, at: 1 }, none);
    expect((await ask('')).json()).toMatchObject({ id, username: null, issuer: key.issuer });
    expect((await ask('/users')).status).toBe(403);
    await directory.people.change(id, { permissions: ['admin'] }, 'admin', 2);
    expect((await ask('/users')).status).toBe(200);
    const { id: bob } = await directory.people.create({ username: 'bob', permissions: [], roles: [] }, 3);
    const cross = await ask(`/users/${bob}`, 'DELETE', { 'sec-fetch-site': 'cross-site' });
    expect(cross.status).toBe(403);
    expect((await ask(`/users/${bob}`, 'DELETE', { 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    await directory.people.change(id, { disabled: true }, 'none', 4);
    expect((await ask('')).status).toBe(401);
  });

  it('whoever finds a session that was left open changes nobody by it until they sign in again', async () => {
    const { directory, accounts } = await prepare();
    await using world = await startAppWorld({ userApi: { directory, accounts, apiKeys: true } });
    const browser = world.browser();
    await world.signIn(browser);
    const key = { issuer: world.provider.issuer, subject: await world.whoIs(browser) };
    const admin = { permissions: ['admin'], roles: [] };
    await directory.people.signedIn({ ...key, claims: {}, at: 1 }, admin);
    const { id: bob } = await directory.people.create({ username: 'bob', permissions: [], roles: [] }, 3);
    const own = { 'sec-fetch-site': 'same-origin' };
    const ask = (path: string, method: string) =>
      browser.fetchJson(`${world.url}/api/user${path}`, { method, headers: own });
    expect((await ask('/key', 'POST')).status).toBe(200);
    world.advance(1000);
    for (const [method, path] of [
      ...[['POST', '/key'] as const, ['DELETE', '/key'] as const, ['DELETE', '/keys/k1'] as const],
      ...[['POST', '/users'] as const, ['DELETE', `/users/${bob}`] as const],
      ...['permissions', 'profile', 'password'].map((what) => ['POST', `/users/${bob}/${what}`] as const),
    ]) {
      const refused = await ask(path, method);
      expect([refused.status, refused.json<{ code: string }>().code], path).toEqual([
        401,
        'authentication_insufficient',
      ]);
    }
    expect([(await ask('/users', 'GET')).status, (await ask('/keys', 'GET')).status]).toEqual([200, 200]);
    expect(await directory.people.find(bob)).not.toBeNull();
    // A login with the password is a recent one by itself, whatever session stands beside it.
    const body = { username: 'ada', password: passwordOf('ada') };
    const { json } = await call(`${world.url}/api/user/login`, 'POST', {}, body);
    const authorization = json.token;
    const removed = await call(`${world.url}/api/user/users/${bob}`, 'DELETE', { authorization });
    expect(removed.status).toBe(200);
  });

  it('knows who signed in at the local provider as the account that is kept here', async () => {
    const { directory, accounts } = await prepare();
    await using provider = await startAppWorld();
    await using world = await startAppWorld({
      ...{
        provider: provider.provider,
        userApi: { directory, accounts, localProviderIssuer: provider.provider.issuer },
      },
    });
    const asked: unknown[] = [];
    const { people } = directory;
    const findByKey = people.findByKey.bind(people);
    people.findByKey = (key) => {
      asked.push(key);
      return findByKey(key);
    };
    const browser = world.browser();
    await world.signIn(browser);
    await browser.fetchJson(`${world.url}/api/user`);
    expect(asked).toEqual([{ issuer: localIssuer, subject: await world.whoIs(browser) }]);
  });
});

describe("a customer's app", () => {
  it('may read JSON bodies before the API does', async () => {
    await using world = await startUserApiWorld();
    await world.add('ada', ['admin']);
    const { listen } = await import('../../src/http/listen.ts');
    const app = express().use(express.json(), express.urlencoded(), world.api.routes());
    const server = await listen(app, 0, '127.0.0.1');
    const url = `http://127.0.0.1:${server.port}/api/user/login`;
    expect((await call(url, 'POST', {}, { username: 'ada', password: passwordOf('ada') })).status).toBe(200);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = `username=ada&password=${encodeURIComponent(passwordOf('ada'))}`;
    expect((await fetch(url, { method: 'POST', headers: form, body })).status).toBe(415);
    await server.close(100);
  });
});
