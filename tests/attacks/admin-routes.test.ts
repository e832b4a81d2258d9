// Every route of the pages for administrators, as the router has it: who may, who may not, from where, how fresh.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminRoutes } from '../../src/app/admin/admin-routes.ts';
import { type AdminWorld, startAdminWorld, textOf } from '../support/admin-world.ts';
import { mint } from '../support/bearer-world.ts';
import type { BrowserClient } from '../support/browser-client.ts';
import { testUser } from '../support/scripted-provider.ts';

let world: AdminWorld;
let user: BrowserClient;
beforeAll(async () => {
  world = await startAdminWorld();
  user = await world.arrive('nobody-special');
});
afterAll(() => world[Symbol.asyncDispose]());

interface Layer {
  readonly handle: { readonly stack?: readonly Layer[] };
  readonly route?: { readonly path: string | readonly string[]; readonly methods: Record<string, boolean> };
}

/** Each address below a router, with the methods that it has handlers for. */
const routesOf = (layers: readonly Layer[]): ReadonlyMap<string, ReadonlySet<string>> => {
  const found = new Map<string, Set<string>>();
  const walk = (layer: Layer): void => {
    for (const path of [layer.route?.path ?? []].flat()) {
      const methods = found.get(path) ?? new Set<string>();
      for (const [name, has] of Object.entries(layer.route?.methods ?? {})) {
        if (has && name !== '_all') methods.add(name.toUpperCase());
      }
      found.set(path, methods);
    }
    for (const inner of layer.handle.stack ?? []) walk(inner);
  };
  for (const layer of layers) walk(layer);
  return found;
};

const unmade = { store: { audit: {} }, accounts: {} } as never;
const passes = () => () => {};
const router = adminRoutes({ currentUser: passes, requires: passes } as never, unmade, {
  basePath: '',
  render: () => {},
  report: { tell: () => {}, keep: async () => {}, kept: async () => {} },
  clock: () => 0,
});
const routes = routesOf(router.stack as unknown as readonly Layer[]);
const cases = [...routes].flatMap(([path, methods]) =>
  ['GET', 'POST'].map((method) => [method, path, methods.has(method)] as const),
);
let number = 0;
const fields = () => {
  number += 1;
  return { permissions: 'reports:read', roles: '', username: `new-${number}`, name: '', email: '' };
};

/** The address with somebody in it who was added for it, with a key. */
const filled = async (path: string): Promise<string> => {
  number += 1;
  const permissions: readonly string[] = [];
  const [guest] = await world.add({
    subject: `target-${number}`,
    name: 'Target',
    email: 'target@people.example',
  });
  const local = { username: `target-${number}`, email: 'target@people.example', permissions, roles: [] };
  const person = path.endsWith('/password') ? await world.store.people.create(local, world.now()) : guest;
  if (person === undefined) throw new Error('nobody was added');
  const { record } = await world.auth.apiKeys.create({ name: 'target@key', owner: person });
  return path.replace(':id', person.id).replace(':key', record.id).replace(':session', 'gone');
};

/** Everything that an administrator can change. */
const everything = async () => {
  const page = { search: '', sort: 'createdAt', direction: 'asc', offset: 0, count: 1000 } as const;
  const { people } = await world.store.people.list(page);
  const keys = await Promise.all(people.map((person) => world.store.apiKeys.list(person)));
  const rights = people.map(({ id, permissions, disabled }) => ({ id, permissions, disabled }));
  return {
    rights,
    keys,
    passwords: await Promise.all(people.map(({ id }) => world.store.passwords.find(id))),
  };
};
const ask = (browser: BrowserClient, method: string, path: string) =>
  method === 'GET' ? browser.get(world.url + path) : browser.post(world.url + path, fields());

it('AD-10: the generated list of routes is not an empty one', () => {
  expect(cases.length).toBeGreaterThan(10);
  expect([...routes.keys()].every((path) => path.startsWith('/admin'))).toBe(true);
});

describe.each(cases)('%s %s', (method, path, exists) => {
  it('AD-10a: sends nobody to the login, and tells a script 401', async () => {
    const address = await filled(path);
    const page = await ask(world.browser(), method, address);
    expect([302, 303]).toContain(page.status);
    expect(page.location).toContain(world.provider.issuer);
    const script = await world.browser().fetchJson(world.url + address, { method });
    expect(script.status).toBe(401);
    expect(script.body).not.toContain('Target');
  });

  it('AD-10b: refuses somebody without the permission', async () => {
    const page = await ask(user, method, await filled(path));
    expect(page.status).toBe(403);
    expect(page.body).not.toContain('target@');
  });

  it('AD-10c: answers an administrator', async () => {
    const { status, location } = await ask(world.admin, method, await filled(path));
    expect(location ?? '').not.toContain(world.provider.issuer);
    if (exists) expect(status).toBeLessThan(400);
    else expect(status).toBe(405);
  });
});

const changing = cases.filter(([method, , exists]) => method === 'POST' && exists).map(([, path]) => path);

describe.each(changing)('POST %s', (path) => {
  it('AD-13: asks for a fresh login, comes back to a page, and changes nothing on the way', async () => {
    const address = await filled(path);
    const before = await everything();
    world.provider.authTime = world.provider.nowSeconds() - 3600;
    const stale = await world.arrive('the-admin');
    world.provider.authTime = null;
    expect((await world.open(stale, '/admin/people')).status).toBe(200);
    const asked = await ask(stale, 'POST', address);
    expect(new URL(asked.location ?? '').searchParams.get('max_age')).toBe('900');
    world.provider.user = { ...testUser, sub: 'the-admin', permissions: [] };
    const back = await stale.followAll(asked);
    expect([back.status, new URL(back.url).pathname]).toEqual([
      200,
      expect.stringMatching(/^\/admin\/people/),
    ]);
    expect(await everything()).toEqual(before);
    const script = await world.arrive('the-admin');
    world.advance(1000);
    const answer = await script.fetchJson(world.url + address, { method: 'POST' });
    expect(answer.status).toBe(401);
  });

  it('WB-08: does nothing for a form on a page of somebody else', async () => {
    const address = await filled(path);
    const admin = await world.arrive('the-admin');
    const before = await everything();
    for (const from of ['https://evil.example/', `http://localhost:${world.port + 1}/`]) {
      const visit = await admin.post(world.url + address, fields(), { from });
      if (visit.status !== 403) expect(visit.location).toContain(world.provider.issuer);
    }
    const { cookie = '' } = (await admin.get(`${world.url}/profile`)).requestHeaders;
    const forced = await world.browser().post(world.url + address, fields(), {
      from: 'https://evil.example/',
      headers: { cookie },
    });
    expect(forced.status).toBe(403);
    expect(await everything()).toEqual(before);
  });
});

it('AD-16: an API key opens no page for administrators, whatever it may', async () => {
  const [person] = await world.add({ subject: 'machine-owner', permissions: ['admin'] });
  const { key } = await world.auth.apiKeys.create({
    name: 'k',
    owner: person ?? null,
    permissions: ['admin'],
  });
  for (const headers of [{ 'x-api-key': key }, { authorization: `Token ${key}` }]) {
    const answer = await world.browser().fetchJson(`${world.url}/admin/people`, { headers });
    expect([401, 403]).toContain(answer.status);
  }
});

it.each(['/admin/people', '/profile/keys', '/profile/password'])(
  'AD-16: a bearer token of an administrator gets 403 at %s, and 200 where programs may ask',
  async (path) => {
    const claims = { sub: 'the-admin', permissions: ['admin'], auth_time: world.provider.nowSeconds() };
    const headers = { authorization: `Bearer ${await mint(world.provider, claims)}` };
    expect((await world.browser().fetchJson(`${world.url}/api/me`, { headers })).status).toBe(200);
    for (const method of ['GET', 'POST']) {
      const answer = await world.browser().fetchJson(world.url + path, { headers, method });
      expect(answer.status).toBe(403);
    }
  },
);

it('an app without a directory has none of these pages, and no way to them', async () => {
  const { startAppWorld } = await import('../support/app-world.ts');
  await using bare = await startAppWorld();
  const browser = bare.browser();
  bare.provider.user = { ...testUser, permissions: ['admin'] };
  await bare.signIn(browser);
  const page = await browser.get(`${bare.url}/admin/people`);
  expect(page.status).toBe(404);
  expect(page.body).not.toContain('href="/admin');
  expect(textOf(await world.open(await world.arrive('the-admin'), '/protected'))).toContain('Admin');
});
