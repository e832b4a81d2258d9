// An account that is kept here, in the app as it is started: what an administrator changes counts at the next click.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAccounts, type DirectoryStore, memoryTries, openDirectory } from '../../src/directory.ts';
import { createBrowserClient } from '../support/browser-client.ts';
import { type DemoApp, startDemoApp } from '../support/demo-app.ts';
import { enterPassword, travel } from '../support/local-provider-world.ts';

const password = 'four words make a phrase';
const folder = mkdtempSync(join(tmpdir(), 'latchkey-kept-'));
let app: DemoApp;
let directory: DirectoryStore;
let graceId: string;

beforeAll(async () => {
  app = await startDemoApp({ DATA_DIR: folder });
  directory = await openDirectory({ file: join(folder, 'directory.sqlite') });
  const { people, passwords, loginTokens } = directory;
  const accounts = createAccounts({ people, passwords, loginTokens, tries: memoryTries() });
  for (const [username, permissions] of [
    ['grace', ['reports:read']],
    ['root', ['admin']],
  ] as const) {
    const person = await people.create({ username, permissions, roles: [] }, Date.now());
    await accounts.setPassword(person.id, password, { temporary: false });
    if (username === 'grace') graceId = person.id;
  }
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await directory.close();
  rmSync(folder, { recursive: true, force: true });
});

it('AD-12a: a permission that is taken away is gone at the next click, and one that is given is there', async () => {
  const grace = createBrowserClient();
  const page = await travel(grace, await grace.get(`${app.url}/protected/permission`));
  await grace.followAll(await enterPassword(grace, page, 'grace', password));
  const status = async () => (await grace.get(`${app.url}/protected/permission`)).status;
  expect(await status()).toBe(200);

  const json = { 'content-type': 'application/json' };
  const api = `${app.url}/api/user`;
  const body = JSON.stringify({ username: 'root', password });
  const login = await fetch(`${api}/login`, { method: 'POST', headers: json, body });
  expect(login.status).toBe(200);
  const { token } = (await login.json()) as { token: string };
  const give = (permissions: readonly string[]) =>
    fetch(`${api}/users/${graceId}/permissions`, {
      method: 'POST',
      headers: { ...json, authorization: token },
      body: JSON.stringify({ permissions }),
    });
  expect((await give([])).status).toBe(200);
  expect(await status()).toBe(403);
  expect((await give(['reports:read'])).status).toBe(200);
  expect(await status()).toBe(200);

  const gone = await fetch(`${api}/users/${graceId}`, {
    method: 'DELETE',
    headers: { authorization: token },
  });
  expect(gone.status).toBe(200);
  expect(await status()).toBe(302);
});
