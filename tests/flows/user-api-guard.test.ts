// The guard of the JSON API before routes of an app: who is let in, by which credential, and from when on no more.
import { describe, expect, it } from 'vitest';
import { directoryWorld } from '../support/directory-kinds.ts';
import { memoryDirectory } from '../support/memory-directory.ts';
import { rawRequest } from '../support/raw-http.ts';
import { passwordOf, startUserApiWorld } from '../support/user-api-world.ts';

const { stores } = directoryWorld();

describe.each(stores)('the guard of the JSON API in %s', (_kind, open) => {
  it('takes a token with or without the scheme Bearer, and nothing that is not quite one', async () => {
    await using world = await startUserApiWorld({ directory: await open() });
    await world.add('ada');
    const token = await world.logIn('ada');
    const status = async (authorization: string) =>
      (await world.ask('GET', '/app/any', { headers: { authorization } })).status;
    for (const good of [token, `Bearer ${token}`, `bearer ${token}`, `  ${token} `]) {
      expect(await status(good), good.slice(0, 8)).toBe(200);
    }
    const other = token.startsWith('A') ? 'B' : 'A';
    for (const bad of [
      ...[token.slice(1), `${token}A`, other + token.slice(1), `${token} ${token}`, `${token},${token}`],
      ...[`Basic ${token}`, `Bearer "${token}"`, 'Bearer', 'null', 'undefined', 'x'.repeat(10_000)],
    ]) {
      expect(await status(bad), bad.slice(0, 8)).toBe(401);
    }
    const port = Number(new URL(world.url).port);
    const twice = `Authorization: ${token}\r\nAuthorization: ${token}\r\n`;
    const { answers } = await rawRequest(
      port,
      `GET /app/any HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${twice}\r\n`,
    );
    expect(answers[0]?.status).toBe(400);
    expect((await world.ask('GET', `/app/any?token=${token}`)).status).toBe(401);
  });

  it('lets somebody in with all the permissions that are asked for, at the moment they are asked for', async () => {
    await using world = await startUserApiWorld({ directory: await open() });
    const id = await world.add('ada', ['reports']);
    const token = await world.logIn('ada');
    const status = async (path: string) => (await world.ask('GET', path, { token })).status;
    expect([await status('/app/reports'), await status('/app/both'), await status('/app/inside')]).toEqual([
      200, 403, 200,
    ]);
    await world.directory.people.change(id, { permissions: ['export'] }, 'admin', world.now());
    expect([await status('/app/reports'), await status('/app/both'), await status('/app/inside')]).toEqual([
      403, 403, 403,
    ]);
    await world.directory.people.change(id, { permissions: ['export', 'reports'] }, 'admin', world.now());
    expect([await status('/app/both'), await status('/app/any')]).toEqual([200, 200]);
    expect((await world.ask('GET', '/app/open', { token })).json).toEqual({});
  });

  it('AD-12a: turns somebody away at the next request on every node once they are disabled or deleted', async () => {
    await using world = await startUserApiWorld({ directory: await open() });
    await using node = await world.another();
    const id = await world.add('ada');
    let token = await world.logIn('ada');
    const status = async () => (await node.ask('GET', '/app/any', { token })).status;
    expect(await status()).toBe(200);
    await world.directory.people.change(id, { disabled: true }, 'admin', world.now());
    expect(await status()).toBe(401);
    await world.directory.people.change(id, { disabled: false }, 'admin', world.now());
    // What they were logged in with is gone for good; they log in again.
    expect(await status()).toBe(401);
    token = await world.logIn('ada');
    expect(await status()).toBe(200);
    await world.directory.people.remove(id, 'admin');
    expect(await status()).toBe(401);
  });

  it('AD-08: a password that an administrator chose is good for choosing another one and no more', async () => {
    await using world = await startUserApiWorld({ directory: await open(), apiKeys: true });
    await world.add('ada', ['admin']);
    const admin = await world.logIn('ada');
    const body = { username: 'bob', password: 'chosen by ada', permissions: ['admin'] };
    const created = await world.ask('POST', '/api/user/users', { token: admin, body });
    expect(created.json.mustChangePassword).toBe(true);
    const token = (await world.ask('POST', '/api/user/login', { body })).json.token;
    for (const [method, path] of [
      ...([
        ['GET', '/app/any'],
        ['GET', '/api/user/users'],
        ['POST', '/api/user/key'],
      ] as const),
    ]) {
      const answer = await world.ask(method, path, { token });
      expect([answer.status, answer.json.code], path).toEqual([403, 'password_change_required']);
    }
    expect((await world.ask('GET', '/api/user', { token })).json.mustChangePassword).toBe(true);
    const own = { oldPassword: 'chosen by ada', newPassword: 'chosen by bob' };
    expect((await world.ask('POST', '/api/user/password', { token, body: own })).status).toBe(200);
    expect((await world.ask('GET', '/app/any', { token })).status).toBe(200);
  });

  it('a login with the old password that is under way while it is changed does not outlive the change', async () => {
    const directory = await open();
    let during = async (): Promise<void> => {};
    const add: typeof directory.loginTokens.add = async (digest, token) => {
      await during();
      return directory.loginTokens.add(digest, token);
    };
    await using world = await startUserApiWorld({
      directory: { ...directory, loginTokens: { ...directory.loginTokens, add } },
    });
    const id = await world.add('ada');
    const body = { username: 'ada', password: passwordOf('ada') };
    expect((await world.ask('POST', '/api/user/login', { body })).status).toBe(200);
    during = async () => {
      world.advance(1);
      const record = await directory.passwords.find(id);
      if (record === null) throw new Error('ada has no password');
      await directory.passwords.set({ ...record, changedAt: world.now() });
      await directory.loginTokens.removeAll(id);
    };
    expect((await world.ask('POST', '/api/user/login', { body })).status).toBe(401);
  });
});

describe('the JSON API without its database', () => {
  it('says 503 to everybody who needs it, lets nobody in, and is back when the database is', async () => {
    let away = false;
    await using world = await startUserApiWorld({ directory: memoryDirectory(() => away), apiKeys: true });
    await world.add('ada', ['admin']);
    const token = await world.logIn('ada');
    const { apiKey } = (await world.ask('POST', '/api/user/key', { token })).json;
    const body = { username: 'ada', password: passwordOf('ada') };
    const statuses = async () => [
      (await world.ask('GET', '/api/user', { token })).status,
      (await world.ask('GET', '/app/any', { token })).status,
      (await world.ask('GET', '/app/keys', { key: apiKey })).status,
      (await world.ask('POST', '/api/user/login', { body })).status,
      (await world.ask('DELETE', '/api/user/logout', { token })).status,
    ];
    away = true;
    expect(await statuses()).toEqual([503, 503, 503, 503, 503]);
    away = false;
    expect(await statuses()).toEqual([200, 200, 200, 200, 200]);
  });

  it('says 503 when the sessions of a person could not be told of a change', async () => {
    const { LatchkeyError } = await import('../../src/index.ts');
    await using world = await startUserApiWorld({
      onChanged: () => Promise.reject(new LatchkeyError('store_unavailable')),
    });
    await world.add('ada', ['admin']);
    const id = await world.add('bob');
    const token = await world.logIn('ada');
    const body = { permissions: [] };
    const answer = await world.ask('POST', `/api/user/users/${id}/permissions`, { token, body });
    expect(answer.status).toBe(503);
  });

  it('names every option that cannot be', async () => {
    const options = {
      ...{ apiPrefix: '/api/', tokenLifetimeSeconds: 0, pageSize: 1.5, adminPermission: '' },
      ...{ loginCookie: true, keyRequestsPerMinute: -1 },
    };
    const started = startUserApiWorld(options);
    await expect(started).rejects.toMatchObject({
      code: 'configuration_invalid',
      problems: [
        'apiPrefix',
        'tokenLifetimeSeconds',
        'pageSize',
        'keyRequestsPerMinute',
        'adminPermission',
        'baseUrl',
      ].map((name) => expect.objectContaining({ name })),
    });
  });
});
