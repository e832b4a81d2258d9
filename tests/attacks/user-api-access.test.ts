// Every route of the JSON API × every method × everybody who may come by: what they are told.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passwordOf, startUserApiWorld, type UserApiWorld } from '../support/user-api-world.ts';

const visitors = ['anonymous', 'user', 'admin', 'api key'] as const;
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
type Statuses = readonly [anonymous: number, user: number, admin: number, apiKey: number];

const person: Statuses = [401, 200, 200, 403];
const admin: Statuses = [401, 403, 200, 403];
/** Path, and per method what each visitor gets; a method that is not named is 405 for everybody. */
const routes: readonly (readonly [path: string, by: Readonly<Record<string, Statuses>>])[] = [
  ['', { GET: person, HEAD: person }],
  ['/login', { POST: [200, 200, 200, 200], DELETE: person }],
  ['/logout', { DELETE: person }],
  ['/users', { GET: admin, HEAD: admin, POST: admin }],
  ['/users/:id', { DELETE: admin }],
  ['/users/:id/permissions', { POST: admin }],
  ['/users/:id/profile', { POST: admin }],
  ['/users/:id/password', { POST: admin }],
  ['/password', { POST: person }],
  ['/key', { POST: person, DELETE: person }],
  ['/keys', { GET: person, HEAD: person }],
  ['/keys/:key', { DELETE: person }],
];
const cases = routes.flatMap(([path, by]) =>
  methods.flatMap((method) =>
    visitors.map((visitor, index) => ({ method, path, visitor, status: by[method]?.[index] ?? 405 })),
  ),
);

let world: UserApiWorld;
let victim = 0;
beforeAll(async () => {
  world = await startUserApiWorld({ apiKeys: true });
  await world.add('other-admin', ['admin']);
});
afterAll(() => world[Symbol.asyncDispose]());

/** Fresh people where a case changes something: what one did is none of the next one's business. */
const prepare = async (visitor: (typeof visitors)[number]) => {
  victim += 1;
  const [name, other] = [`visitor-${victim}`, `victim-${victim}`];
  await world.add(name, visitor === 'user' ? [] : ['admin']);
  const id = await world.add(other);
  const token = await world.logIn(name);
  const { json } = await world.ask('POST', '/api/user/key', { token });
  const named = await world.ask('POST', '/api/user/key', { token, body: { name: 'second' } });
  const credential = {
    anonymous: {},
    ...{ user: { token }, admin: { token }, 'api key': { key: json.apiKey } },
  }[visitor];
  return { name, other, id, credential, keyId: named.json.id };
};
const kept = new Map<string, ReturnType<typeof prepare>>();
const prepareOnce = (visitor: (typeof visitors)[number]) => {
  const known = kept.get(visitor) ?? prepare(visitor);
  kept.set(visitor, known);
  return known;
};
const bodyFor = (path: string, name: string): unknown =>
  ({
    '/login': { username: name, password: passwordOf(name) },
    '/users': { username: `new-${name}`, password: 'long enough' },
    '/users/:id/permissions': { permissions: ['reports'] },
    '/users/:id/profile': { theme: 'dark' },
    '/users/:id/password': { password: 'long enough' },
    '/password': { oldPassword: passwordOf(name), newPassword: 'long enough' },
  })[path];

describe('AD-10: the JSON API', () => {
  it.each(cases)('answers $method $path of $visitor with $status', async (row) => {
    const { name, other, id, credential, keyId } = await (row.status === 200 ? prepare : prepareOnce)(
      row.visitor,
    );
    const path = `/api/user${row.path.replace(':id', id).replace(':key', keyId)}`;
    const body = row.method === 'POST' ? bodyFor(row.path, name) : undefined;
    const answer = await world.ask(row.method, path, { ...credential, ...(body ? { body } : {}) });
    expect(answer.status).toBe(row.status);
    expect(answer.headers.get('www-authenticate')).toBe(row.status === 401 ? 'Bearer' : null);
    if (row.status === 405) expect(answer.headers.get('allow')).toMatch(/^(?:GET|POST|DELETE)/);
    else expect(answer.headers.get('cache-control')).toBe('no-store');
    if (row.method !== 'HEAD')
      expect(answer.headers.get('content-type')).toMatch(/^application\/(problem\+)?json/);
    // A refusal has changed nothing.
    if (row.status > 200 && row.path.startsWith('/users/:id')) {
      expect(await world.directory.people.find(id)).toMatchObject({ permissions: [], profile: {} });
      expect(await world.logIn(other)).toMatch(/./);
    }
  });

  it('has no route beside these', async () => {
    const { credential } = await prepare('admin');
    for (const path of [
      '/x',
      '/users/1/2',
      '/users/1/profile/x',
      '/keys/1/2',
      '/login/x',
      '//users',
      '/%2e%2e/x',
    ]) {
      expect((await world.ask('GET', `/api/user${path}`, credential)).status, path).toBe(404);
    }
  });

  it('leaves out what manages people with noUserManagement, and keeps the list', async () => {
    await using other = await world.another({
      noUserManagement: true,
      apiKeys: false,
      allowOwnProfileEdit: true,
    });
    const { credential, id } = await prepare('admin');
    const ask = async (method: string, path: string) =>
      (
        await other.ask(method, `/api/user${path}`, {
          ...credential,
          ...(method === 'POST' ? { body: {} } : {}),
        })
      ).status;
    expect(await ask('GET', '/users')).toBe(200);
    expect(await ask('POST', '/users')).toBe(405);
    for (const path of ['/permissions', '/profile', '/password'])
      expect(await ask('POST', `/users/${id}${path}`)).toBe(404);
    expect(await ask('DELETE', `/users/${id}`)).toBe(404);
    for (const path of ['/key', '/keys']) expect(await ask('POST', path)).toBe(404);
  });

  it('AD-09: has no login with a password where that is off', async () => {
    await using other = await world.another({ localLogin: false });
    const { name, credential } = await prepare('user');
    const body = { username: name, password: passwordOf(name) };
    expect((await other.ask('POST', '/api/user/login', { body })).status).toBe(404);
    expect((await other.ask('DELETE', '/api/user/login', credential)).status).toBe(200);
  });

  it.each([
    ...[['permissions', { permissions: [] }] as const, ['profile', {}] as const],
    ['password', { password: 'long enough' }] as const,
  ])('answers POST /users/:id/%s for somebody who is not there with 404', async (what, body) => {
    const { credential } = await prepare('admin');
    for (const id of ['nobody', '0', 'a'.repeat(300), '%00', "'%20or%201=1"]) {
      const { status } = await world.ask('POST', `/api/user/users/${id}/${what}`, { ...credential, body });
      expect(status, id).toBe(404);
    }
  });

  it('AD-11b: lets nobody write the permissions of others or their own, and profiles only where that is allowed', async () => {
    const id = await world.add('eve');
    const token = await world.logIn('eve');
    const post = async (at: UserApiWorld, path: string, body: unknown) =>
      (await at.ask('POST', `/api/user/users/${path}`, { token, body })).status;
    expect(await post(world, `${id}/permissions`, { permissions: ['admin'] })).toBe(403);
    expect(await post(world, `${id}/profile`, { permissions: ['admin'] })).toBe(403);
    await using own = await world.another({ allowOwnProfileEdit: true });
    const { id: other } = await prepare('user');
    expect(await post(own, `${id}/profile`, { permissions: ['admin'] })).toBe(200);
    expect(await post(own, `${other}/profile`, {})).toBe(403);
    expect(await post(own, 'nobody/profile', {})).toBe(403);
    expect((await world.ask('GET', '/api/user', { token })).json).toMatchObject({
      ...{ permissions: [], profile: { permissions: ['admin'] } },
    });
  });
});
