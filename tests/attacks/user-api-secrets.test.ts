// Whoever reads the directory, the answers or the events of the JSON API finds no password, token or key in them.
import { expect, it } from 'vitest';
import { sha256 } from '../../src/crypto/digest.ts';
import { apiKeyDigest } from '../../src/tokens/api-key-format.ts';
import { memoryDirectory } from '../support/memory-directory.ts';
import { type Ask, passwordOf, startUserApiWorld } from '../support/user-api-world.ts';

it('AD-11a, W-K6: no answer but those that make them holds a token, a key, a hash or a digest, and no event at all', async () => {
  await using world = await startUserApiWorld({ apiKeys: true, allowOwnProfileEdit: true });
  await world.add('ada', ['admin']);
  const token = await world.logIn('ada');
  const { apiKey, id: keyId } = (await world.ask('POST', '/api/user/key', { token })).json;
  const body = { username: 'bob', password: 'a secret of bob', permissions: ['reports'] };
  const answers: string[] = [];
  const ask = async (method: string, path: string, given: Ask = { token }) => {
    const { text, json, status, headers } = await world.ask(method, `/api/user${path}`, given);
    answers.push(text, JSON.stringify([...headers]));
    return { json, status };
  };
  const { id } = (await ask('POST', '/users', { token, body })).json;
  for (const path of ['', '/users', '/keys']) await ask('GET', path);
  await ask('POST', `/users/${id}/permissions`, { token, body: { permissions: ['export'] } });
  await ask('POST', `/users/${id}/profile`, { token, body: { theme: 'dark' } });
  await ask('POST', `/users/${id}/password`, { token, body: { password: 'a new secret of bob' } });
  await ask('POST', '/login', { body: { username: 'bob', password: 'wrong secret of bob' } });
  await ask('POST', '/users', { token, body });
  await ask('GET', '/users', { key: apiKey });
  await ask('GET', '/users', { token: sha256(token) });
  const own = { oldPassword: passwordOf('ada'), newPassword: 'a new secret of ada' };
  await ask('POST', '/password', { token, body: own });
  await ask('DELETE', `/keys/${keyId}`);
  await ask('DELETE', `/users/${id}`);
  await ask('DELETE', '/logout');

  const adasHash = (await world.directory.people.findByUsername('ada'))?.id ?? '';
  const hash = (await world.directory.passwords.find(adasHash))?.hash ?? 'missing';
  const secrets = [token, sha256(token), apiKey, apiKeyDigest(apiKey), hash, passwordOf('ada')];
  const typed = ['a secret of bob', 'a new secret of bob', 'wrong secret of bob', 'a new secret of ada'];
  const events = JSON.stringify(world.events);
  for (const secret of [...secrets, ...typed, '$plain$']) {
    expect(answers.join('\n').includes(secret), secret).toBe(false);
    expect(events.includes(secret), secret).toBe(false);
  }
  const happened = world.events.map(({ type }) => type);
  expect(happened).toEqual([
    ...['api_login_succeeded', 'api_key_created', 'person_created', 'person_rights_changed'],
    ...['person_profile_changed', 'person_password_set', 'api_login_refused', 'api_access_refused'],
    ...['api_access_refused', 'own_password_changed', 'api_key_revoked', 'person_deleted', 'api_logout'],
  ]);
  const ada = adasHash;
  expect(world.events[3]).toMatchObject({ by: ada, personId: id, permissions: ['export'], ip: '127.0.0.1' });
  expect(world.changes.map(({ change }) => change)).toEqual([
    ...['created', 'permissions', 'profile', 'password', 'password', 'deleted'],
  ]);
});

it('W-K6, W-K8: a token is kept as its digest alone, and is good on another node at once', async () => {
  const directory = memoryDirectory();
  const kept: unknown[] = [];
  const { loginTokens } = directory;
  await using world = await startUserApiWorld({
    directory: {
      ...directory,
      loginTokens: {
        ...loginTokens,
        add: (digest, token) => {
          kept.push(digest, token);
          return loginTokens.add(digest, token);
        },
      },
    },
  });
  await using node = await world.another();
  const id = await world.add('ada');
  const tokens = await Promise.all(Array.from({ length: 10 }, () => world.logIn('ada')));
  expect(new Set(tokens).size).toBe(10);
  for (const token of tokens) {
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(kept).toContain(sha256(token));
    expect(JSON.stringify(kept)).not.toContain(token);
    expect((await node.ask('GET', '/api/user', { token })).json.id).toBe(id);
  }
});

it('a listener that throws breaks no request', async () => {
  await using world = await startUserApiWorld({
    onEvent: () => {
      throw new Error('the log is full');
    },
  });
  await world.add('ada');
  const token = await world.logIn('ada');
  expect((await world.ask('GET', '/api/user', { token })).status).toBe(200);
});
