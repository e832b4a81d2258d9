// Hostile bodies, headers and sizes at the JSON API: refused with 4xx, and nothing is read, stored or changed by them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passwordOf, startUserApiWorld, type UserApiWorld } from '../support/user-api-world.ts';

let world: UserApiWorld;
let token = '';
let victim = '';
beforeAll(async () => {
  world = await startUserApiWorld({ apiKeys: true, allowOwnProfileEdit: true });
  await world.add('ada', ['admin']);
  victim = await world.add('victim', ['reports']);
  token = await world.logIn('ada');
});
afterAll(() => world[Symbol.asyncDispose]());

const noTexts: readonly unknown[] = [
  ...[{ $ne: null }, { $gt: '' }, ['ada'], [], {}, 1, 0, true, null],
  ...['', '   ', 'x'.repeat(2000), 'ada\0', '\ud800', { toString: 'ada' }, { length: 3 }],
];
const label = (value: unknown): string => JSON.stringify(value).slice(0, 30);

describe('a body that is not what was asked for', () => {
  it.each(noTexts.map((value) => [label(value), value]))(
    'W-K2: %s is no user name',
    async (_label, value) => {
      for (const body of [
        { username: value, password: passwordOf('ada') },
        { username: 'ada', password: value === '   ' ? '' : value },
      ]) {
        const { status, json } = await world.ask('POST', '/api/user/login', { body });
        expect([status, json.code]).toEqual([400, 'request_malformed']);
      }
      const body = { username: value, password: 'long enough' };
      expect((await world.ask('POST', '/api/user/users', { token, body })).status).toBe(400);
    },
  );

  it.each([
    ...['admin', { 0: 'admin', length: 1 }, [['admin']], [1], [null], [{ $ne: 1 }], [''], null, 7].map(
      (permissions) => ({ permissions }),
    ),
    ...[
      {},
      [],
      { permission: ['admin'] },
      { permissions: Array(501).fill('a') },
      { permissions: ['x'.repeat(201)] },
    ],
  ])('W-K11: permissions as %j are refused', async (body) => {
    const path = `/api/user/users/${victim}/permissions`;
    expect((await world.ask('POST', path, { token, body })).status).toBe(400);
    expect((await world.directory.people.find(victim))?.permissions).toEqual(['reports']);
  });

  it.each([
    ...[
      '[]',
      '"text"',
      '1',
      'null',
      'true',
      '',
      '{',
      '{"a":1}{"b":2}',
      '{"a":1,}',
      "{'a':1}",
      '\ufeff',
      '{"a":NaN}',
    ],
    ...[
      '{"__proto__":{"admin":true}}',
      '{"a":{"__proto__":{"admin":true}}}',
      '{"constructor":{"prototype":{"x":1}}}',
    ],
    ...[
      '{"a":"\\u0000"}',
      '{"\\u0000":1}',
      '{"a":"\\ud800"}',
      `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
    ],
  ])('a profile of %s is refused', async (body) => {
    const path = `/api/user/users/${victim}/profile`;
    const { status } = await world.ask('POST', path, { token, body });
    expect(status).toBe(400);
    expect((await world.directory.people.find(victim))?.profile).toEqual({});
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });

  it('a missing body is 400 where one is needed', async () => {
    for (const path of ['/password', '/users', `/users/${victim}/permissions`, `/users/${victim}/password`]) {
      expect((await world.ask('POST', `/api/user${path}`, { token })).status, path).toBe(400);
    }
    expect((await world.ask('POST', '/api/user/login')).status).toBe(400);
    // Clients of old name a type and send nothing.
    const headers = { 'content-type': 'application/json' };
    expect((await world.ask('POST', '/api/user/key', { token, headers })).status).toBe(200);
    expect((await world.ask('DELETE', '/api/user/key', { token, headers })).status).toBe(200);
  });

  it.each([
    ...[
      'application/x-www-form-urlencoded',
      'text/plain',
      'text/json',
      'application/jsonp',
      'multipart/form-data',
    ],
    ...['application/json; charset=utf-7', 'application/ld+json', ''],
  ])('a body of type “%s” is 415', async (type) => {
    const body = JSON.stringify({ username: 'ada', password: passwordOf('ada') });
    const { status } = await world.ask('POST', '/api/user/login', {
      body,
      headers: { 'content-type': type },
    });
    expect(status).toBe(415);
  });

  it('refuses what is too large: a megabyte, a profile beyond its limit, a body that unpacks to one', async () => {
    const path = `/api/user/users/${victim}/profile`;
    for (const size of [1_000_000, 70_000, 17_000]) {
      const { status, json } = await world.ask('POST', path, { token, body: { a: 'x'.repeat(size) } });
      expect([status, json.code], String(size)).toEqual([413, 'payload_too_large']);
    }
    const { gzipSync } = await import('node:zlib');
    const packed = gzipSync(JSON.stringify({ username: 'ada', password: 'x'.repeat(1_000_000) }));
    const response = await fetch(`${world.url}/api/user/login`, {
      ...{ method: 'POST', body: packed },
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    });
    expect(response.status).toBe(413);
    const most = { a: 'x'.repeat(16_384 - '{"a":""}'.length) };
    expect((await world.ask('POST', path, { token, body: most })).status).toBe(200);
    await world.directory.people.change(victim, { profile: {} }, 'admin', world.now());
  });

  it('takes nothing beside the fields that are asked for', async () => {
    const more = {
      disabled: true,
      issuer: 'x',
      id: 'x',
      roles: ['owner'],
      mustChangePassword: false,
      isAdmin: true,
    };
    const body = { username: 'mallory', password: 'long enough', ...more };
    const { status, json } = await world.ask('POST', '/api/user/users', { token, body });
    expect([status, json.disabled, json.issuer, json.roles, json.permissions]).toEqual([
      200,
      false,
      'local',
      [],
      [],
    ]);
  });

  it('AD-04: hands on that tries are limited, with the time to wait', async () => {
    const body = { username: 'victim', password: 'wrong password' };
    const tries = Array.from({ length: 5 }, () => world.ask('POST', '/api/user/login', { body }));
    for (const { status } of await Promise.all(tries)) expect(status).toBe(401);
    const answer = await world.ask('POST', '/api/user/login', { body });
    expect([answer.status, answer.json.code]).toEqual([429, 'too_many_tries']);
    expect(answer.headers.get('retry-after')).toBe('900');
    expect(world.events.at(-1)).toMatchObject({ type: 'api_login_refused', reason: 'limited' });
  });

  it('AD-05a: an unknown person, a wrong password and a disabled account get the same answer', async () => {
    const id = await world.add('gone');
    await world.directory.people.change(id, { disabled: true }, 'admin', world.now());
    const answers = await Promise.all(
      [
        { username: 'nobody at all', password: 'x' },
        { username: 'ada', password: 'wrong password' },
        { username: 'gone', password: passwordOf('gone') },
      ].map((body) => world.ask('POST', '/api/user/login', { body })),
    );
    const shown = answers.map(({ status, json }) => ({ status, ...json, reference: '' }));
    expect(shown[0]).toMatchObject({ status: 401, code: 'unauthenticated' });
    expect(shown[1]).toEqual(shown[0]);
    expect(shown[2]).toEqual(shown[0]);
  });
});
