// The login cookie of the JSON API, and what other sites can do with a browser that has it.
import { describe, expect, it } from 'vitest';
import { passwordOf, startUserApiWorld } from '../support/user-api-world.ts';

const baseUrl = 'https://app.example.com';
const sameOrigin = { 'sec-fetch-site': 'same-origin' };

const startWithCookie = async (options = {}) => {
  const world = await startUserApiWorld({ loginCookie: true, baseUrl, ...options });
  await world.add('ada', ['admin']);
  const body = { username: 'ada', password: passwordOf('ada') };
  const logIn = (headers: Record<string, string>) => world.ask('POST', '/api/user/login', { body, headers });
  return { world, logIn };
};

describe('W-K7: the login cookie', () => {
  it('is there only where it is asked for, and for logins that one of our own pages sent', async () => {
    await using without = await startUserApiWorld({ baseUrl });
    await without.add('ada');
    const body = { username: 'ada', password: passwordOf('ada') };
    const plain = await without.ask('POST', '/api/user/login', { body, headers: sameOrigin });
    expect(plain.headers.getSetCookie()).toEqual([]);

    const { world, logIn } = await startWithCookie();
    await using _ = world;
    for (const headers of [{}, { 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }]) {
      const answer = await logIn(headers);
      expect([answer.status, answer.headers.getSetCookie()]).toEqual([200, []]);
    }
    for (const headers of [sameOrigin, { origin: baseUrl }]) {
      const { json, headers: given } = await logIn(headers);
      const [cookie = ''] = given.getSetCookie();
      expect(cookie.startsWith(`__Host-latchkey.login=${json.token};`)).toBe(true);
      const flags = cookie.split('; ').slice(1).sort();
      expect(flags).toEqual(['HttpOnly', 'Max-Age=86400', 'Path=/', 'SameSite=Lax', 'Secure']);
    }
  });

  it('lets other sites read nothing into a change: without the proof of our own pages it changes nothing', async () => {
    const { world, logIn } = await startWithCookie();
    await using _ = world;
    const id = await world.add('bob');
    const cookie = `__Host-latchkey.login=${(await logIn(sameOrigin)).json.token}`;
    const change = (headers: Record<string, string>) =>
      world.ask('POST', `/api/user/users/${id}/permissions`, {
        ...{ headers: { cookie, ...headers }, body: { permissions: ['admin'] } },
      });
    for (const headers of [
      ...[{}, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { origin: 'null' }],
      ...[{ origin: 'https://evil.example' }, { origin: 'http://app.example.com' }],
    ]) {
      const answer = await change(headers as Record<string, string>);
      expect([answer.status, answer.json.code]).toEqual([403, 'cross_site_request']);
      expect(
        (await world.ask('DELETE', '/api/user/login', { headers: { cookie, ...headers } as never })).status,
      ).toBe(403);
      expect((await world.ask('POST', '/app/any', { headers: { cookie, ...headers } as never })).status).toBe(
        403,
      );
    }
    expect((await world.directory.people.find(id))?.permissions).toEqual([]);
    expect((await world.ask('GET', '/api/user', { headers: { cookie } })).json.username).toBe('ada');
    expect((await change(sameOrigin)).status).toBe(200);
  });

  it('W-K3: is taken away by a logout, and its token is worth nothing afterwards', async () => {
    const { world, logIn } = await startWithCookie();
    await using _ = world;
    const { token } = (await logIn(sameOrigin)).json;
    const headers = { cookie: `__Host-latchkey.login=${token}`, ...sameOrigin };
    const out = await world.ask('DELETE', '/api/user/logout', { headers });
    expect(out.status).toBe(200);
    expect(out.headers.getSetCookie()[0]).toMatch(/^__Host-latchkey\.login=; Max-Age=0; Path=\/;/);
    expect((await world.ask('GET', '/api/user', { headers })).status).toBe(401);
    expect((await world.ask('GET', '/api/user', { token })).status).toBe(401);
  });

  it('comes after a header, twice is none at all, and without the option is not looked at', async () => {
    const { world, logIn } = await startWithCookie();
    await using _ = world;
    const { token } = (await logIn(sameOrigin)).json;
    const cookie = `__Host-latchkey.login=${token}`;
    const status = async (headers: Record<string, string>, at = world) =>
      (await at.ask('GET', '/app/any', { headers })).status;
    expect(await status({ cookie })).toBe(200);
    expect(await status({ cookie, authorization: 'A'.repeat(43) })).toBe(401);
    expect(await status({ cookie: `${cookie}; ${cookie}` })).toBe(401);
    for (const name of ['Authorization', 'latchkey.login', '__host-latchkey.login']) {
      expect(await status({ cookie: `${name}=${token}` }), name).toBe(401);
    }
    await using without = await world.another({ loginCookie: false });
    expect(await status({ cookie }, without)).toBe(401);
  });
});
