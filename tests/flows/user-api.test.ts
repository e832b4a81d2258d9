// The JSON API for accounts: a client written for frappy goes through everything it knows, on every kind of directory.
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../src/crypto/digest.ts';
import { LatchkeyError } from '../../src/index.ts';
import { directoryWorld } from '../support/directory-kinds.ts';
import { plainAccounts } from '../support/plain-accounts.ts';
import { passwordOf, startUserApiWorld } from '../support/user-api-world.ts';

const { stores } = directoryWorld();

describe.each(stores)('the JSON API in %s', (_kind, open) => {
  it("a client written for frappy's documented flow works unchanged, and its token is dead after logout and restart", async () => {
    await using world = await startUserApiWorld({
      ...{ directory: await open(), apiKeys: true, temporaryPasswords: false },
      ...{ allowOwnProfileEdit: true, defaultPermissions: ['reports'] },
    });
    await world.add('ada', ['admin']);
    const { ask } = world;

    const login = await ask('POST', '/api/user/login', {
      body: { username: 'ada', password: passwordOf('ada') },
    });
    expect(login.status).toBe(200);
    expect(login.json).toEqual({
      user: expect.objectContaining({ username: 'ada', permissions: ['admin'], profile: {} }),
      token: expect.stringMatching(/^[\w-]{43}$/),
    });
    const ada = login.json.token;

    const me = await ask('GET', '/api/user', { token: ada });
    expect([me.status, me.json.username]).toEqual([200, 'ada']);
    expect(Object.keys(me.json).sort()).toEqual([
      ...['createdAt', 'disabled', 'email', 'id', 'issuer', 'lastLoginAt', 'mustChangePassword', 'name'],
      ...['permissions', 'profile', 'roles', 'username'],
    ]);

    const body = { username: 'bob', password: 'a first password' };
    const created = await ask('POST', '/api/user/users', { token: ada, body });
    expect(created.status).toBe(200);
    expect(created.json).toMatchObject({ username: 'bob', permissions: ['reports'] });
    const bobId = created.json.id;

    const list = await ask('GET', '/api/user/users?page=0', { token: ada });
    expect(list.json.total).toBe(2);
    expect(list.json.users.map((user: { username: string }) => user.username).sort()).toEqual(['ada', 'bob']);

    const bobs = await ask('POST', '/api/user/login', { body });
    const bob = bobs.json.token;
    expect((await ask('GET', '/app/both', { token: bob })).status).toBe(403);
    const permissions = ['reports', 'export'];
    const given = await ask('POST', `/api/user/users/${bobId}/permissions`, {
      token: ada,
      body: { permissions },
    });
    expect([given.status, given.json.permissions]).toEqual([200, permissions]);
    expect((await ask('GET', '/app/both', { token: bob })).status).toBe(200);

    const profile = { theme: 'dark', tags: ['a', 1, null], nested: { deep: true } };
    const first = await ask('POST', `/api/user/users/${bobId}/profile`, { token: bob, body: { gone: 1 } });
    expect(first.json.profile).toEqual({ gone: 1 });
    const second = await ask('POST', `/api/user/users/${bobId}/profile`, { token: ada, body: profile });
    expect([second.status, second.json.profile]).toEqual([200, profile]);

    const own = { oldPassword: 'a first password', newPassword: 'a second password' };
    expect((await ask('POST', '/api/user/password', { token: bob, body: own })).status).toBe(200);
    expect((await ask('POST', '/api/user/login', { body })).status).toBe(401);
    const third = { password: 'a third password' };
    const byAdmin = await ask('POST', `/api/user/users/${bobId}/password`, { token: ada, body: third });
    expect([byAdmin.status, byAdmin.json.username]).toEqual([200, 'bob']);
    expect((await ask('GET', '/api/user', { token: bob })).status).toBe(401);
    const again = await ask('POST', '/api/user/login', { body: { username: 'bob', ...third } });
    const bobAgain = again.json.token;

    const key = await ask('POST', '/api/user/key', { token: bobAgain });
    expect([key.status, Object.keys(key.json)]).toEqual([200, expect.arrayContaining(['apiKey'])]);
    const used = await ask('GET', '/app/key-reports', { key: key.json.apiKey });
    expect([used.status, used.json.username, used.json.via]).toEqual([200, 'bob', 'api_key']);
    const revoked = await ask('DELETE', '/api/user/key', { token: bobAgain });
    expect([revoked.status, revoked.json]).toEqual([200, { apiKey: null }]);
    expect((await ask('GET', '/app/keys', { key: key.json.apiKey })).status).toBe(401);

    const removed = await ask('DELETE', `/api/user/users/${bobId}`, { token: ada });
    expect([removed.status, removed.json]).toEqual([200, { userId: bobId, deleted: true }]);
    expect((await ask('GET', '/api/user', { token: bobAgain })).status).toBe(401);

    const other = await world.logIn('ada');
    const out = await ask('DELETE', '/api/user/logout', { token: ada });
    expect([out.status, out.json]).toEqual([200, { status: true }]);
    await using restarted = await world.another();
    expect((await restarted.ask('GET', '/api/user', { token: ada })).status).toBe(401);
    expect((await restarted.ask('GET', '/api/user', { token: other })).status).toBe(200);
    expect((await restarted.ask('DELETE', '/api/user/login', { token: other })).status).toBe(200);
    expect((await ask('GET', '/api/user', { token: other })).status).toBe(401);
  });

  it('shows people page by page in the order they came, and says how many there are', async () => {
    await using world = await startUserApiWorld({ directory: await open(), pageSize: 2 });
    await world.add('ada', ['admin']);
    for (const name of ['bob', 'cyd', 'dan', 'eve']) {
      world.advance(1);
      await world.add(name);
    }
    const token = await world.logIn('ada');
    const page = async (query: string) => {
      const { status, json } = await world.ask('GET', `/api/user/users${query}`, { token });
      return [status, json.total, json.users?.map((user: { username: string }) => user.username)];
    };
    expect(await page('')).toEqual([200, 5, ['ada', 'bob']]);
    expect(await page('?page=1')).toEqual([200, 5, ['cyd', 'dan']]);
    expect(await page('?page=2')).toEqual([200, 5, ['eve']]);
    expect(await page('?page=9')).toEqual([200, 5, []]);
    for (const wrong of ['-1', 'x', '1.5', '', '1e3', '99999999999', '0&page=1', '%00']) {
      expect((await page(`?page=${wrong}`))[0], wrong).toBe(400);
    }
  });

  it('lets a login last exactly as long as is configured, also one that began when it was longer', async () => {
    await using world = await startUserApiWorld({ directory: await open(), tokenLifetimeSeconds: 100 });
    await world.add('ada');
    const token = await world.logIn('ada');
    await using shorter = await world.another({ tokenLifetimeSeconds: 50 });
    world.advance(49);
    expect((await shorter.ask('GET', '/api/user', { token })).status).toBe(200);
    world.advance(2);
    expect((await shorter.ask('GET', '/api/user', { token })).status).toBe(401);
    expect((await world.ask('GET', '/api/user', { token })).status).toBe(200);
    world.advance(50);
    expect((await world.ask('GET', '/api/user', { token })).status).toBe(401);
    // The next login takes out what has expired.
    world.advance(3600);
    await world.logIn('ada');
    await expect.poll(() => world.directory.loginTokens.find(sha256(token))).toBeNull();
  });

  it('ends every other login when somebody changes their password, and keeps the one that did it', async () => {
    await using world = await startUserApiWorld({ directory: await open() });
    const id = await world.add('ada');
    const [here, there] = [await world.logIn('ada'), await world.logIn('ada')];
    const wrong = { oldPassword: 'not the password', newPassword: 'a new password' };
    const refused = await world.ask('POST', '/api/user/password', { token: here, body: wrong });
    expect([refused.status, refused.json.code]).toEqual([403, 'password_wrong']);
    expect((await world.ask('GET', '/api/user', { token: there })).status).toBe(200);
    const short = { oldPassword: passwordOf('ada'), newPassword: 'short' };
    const unsuitable = await world.ask('POST', '/api/user/password', { token: here, body: short });
    expect([unsuitable.status, unsuitable.json.code]).toEqual([400, 'password_refused']);
    expect(unsuitable.json.problems).toEqual([
      { name: 'newPassword', problem: 'It has fewer than 8 characters.' },
    ]);

    const body = { oldPassword: passwordOf('ada'), newPassword: 'a new password' };
    expect((await world.ask('POST', '/api/user/password', { token: here, body })).status).toBe(200);
    expect((await world.ask('GET', '/api/user', { token: here })).status).toBe(200);
    expect((await world.ask('GET', '/api/user', { token: there })).status).toBe(401);
    expect(world.changes).toEqual([{ personId: id, change: 'password' }]);
  });

  it('leaves nobody behind when the password of a new person is refused', async () => {
    await using world = await startUserApiWorld({ directory: await open() });
    await world.add('ada', ['admin']);
    const token = await world.logIn('ada');
    const body = { username: 'bob', password: 'short' };
    const refused = await world.ask('POST', '/api/user/users', { token, body });
    expect([refused.status, refused.json.code]).toEqual([400, 'password_refused']);
    expect(await world.directory.people.findByUsername('bob')).toBeNull();
    const better = { ...body, password: 'long enough' };
    expect((await world.ask('POST', '/api/user/users', { token, body: better })).status).toBe(200);
    const twice = await world.ask('POST', '/api/user/users', {
      token,
      body: { ...better, username: ' BOB ' },
    });
    expect([twice.status, twice.json.code]).toEqual([400, 'username_taken']);
  });

  it('leaves nobody behind when the password of a new person cannot be set', async () => {
    const directory = await open();
    const accounts = plainAccounts(directory, () => Date.now());
    await using world = await startUserApiWorld({ directory, accounts });
    await world.add('ada', ['admin']);
    const token = await world.logIn('ada');
    accounts.setPassword = () => Promise.reject(new LatchkeyError('overloaded'));
    const body = { username: 'bob', password: 'long enough' };
    expect((await world.ask('POST', '/api/user/users', { token, body })).status).toBe(503);
    expect(await directory.people.findByUsername('bob')).toBeNull();
    expect(world.changes).toEqual([]);
  });

  it('AD-12b: refuses to take the last administrator away, and nobody deletes themselves', async () => {
    await using world = await startUserApiWorld({ directory: await open() });
    const [ada, bob] = [await world.add('ada', ['admin']), await world.add('bob', ['admin'])];
    const token = await world.logIn('ada');
    const self = await world.ask('DELETE', `/api/user/users/${ada}`, { token });
    expect([self.status, self.json.code]).toEqual([409, 'own_account']);
    expect((await world.ask('DELETE', `/api/user/users/${bob}`, { token })).status).toBe(200);
    const path = `/api/user/users/${ada}/permissions`;
    const last = await world.ask('POST', path, { token, body: { permissions: [] } });
    expect([last.status, last.json.code]).toEqual([409, 'last_admin']);
    expect((await world.ask('GET', '/api/user/users', { token })).status).toBe(200);
  });
});
