// The first start: nobody becomes administrator without the secret, and nobody twice.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { afterAll, describe, expect, it } from 'vitest';
import { openDataFolder } from '../../src/app/data-folder.ts';
import { setupRoutes } from '../../src/app/setup-routes.ts';
import { setupSecrets } from '../../src/app/setup-secret.ts';
import { createFirstAdmin, memoryTries } from '../../src/directory.ts';
import { listen } from '../../src/http/listen.ts';
import { asLatchkeyError } from '../../src/index.ts';
import { createAccountWorld, goodPassword, home } from '../support/account-world.ts';
import { createBrowserClient } from '../support/browser-client.ts';
import { freePort } from '../support/free-port.ts';

const folder = mkdtempSync(join(tmpdir(), 'latchkey-setup-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const make = () => {
  const world = createAccountWorld();
  const path = join(folder, crypto.randomUUID());
  const { people, passwords } = world.directory;
  const parts = { people, passwords, accounts: world.accounts, tries: memoryTries({ clock: world.now }) };
  const secrets = setupSecrets(openDataFolder(path));
  const setup = createFirstAdmin({ ...parts, secrets, clock: world.now });
  const finish = (secret: string, username = 'grace') =>
    setup.finish(secret, { username, name: 'Grace', password: goodPassword }, '192.0.2.1');
  const begin = async (): Promise<string> => (await setup.begin())?.secret ?? 'nothing was begun';
  return { world, setup, finish, begin, file: join(path, 'setup-secret.json') };
};

describe('the secret of the first start', () => {
  it('AD-06a: is the only thing there is: no account, and no password that is known', async () => {
    const { world, setup, finish } = make();
    expect(await setup.isOpen()).toBe(false);
    for (const secret of ['', 'admin', 'undefined', 'null']) {
      expect(await finish(secret)).toEqual({ kind: 'refused' });
    }
    expect(await world.directory.people.count()).toBe(0);
  });

  it('AD-06b: makes one administrator, whose rights and password are there at once', async () => {
    const { world, setup, finish, begin } = make();
    expect(await finish(await begin())).toMatchObject({ kind: 'made', person: { permissions: ['admin'] } });
    const answer = await world.accounts.authenticate('grace', goodPassword, home);
    expect(answer).toMatchObject({ kind: 'ok', mustChangePassword: false });
    expect(await setup.isOpen()).toBe(false);
    expect(await setup.begin()).toBeNull();
  });

  it('AD-06b: works once, also for ten who send it at the same moment', async () => {
    const { world, finish, begin } = make();
    const secret = await begin();
    const answers = await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) => finish(secret, `grace${n}`)),
    );
    const made = answers.filter((each) => each.status === 'fulfilled' && each.value.kind === 'made');
    expect(made).toHaveLength(1);
    expect(await world.directory.people.count()).toBe(1);
    expect(await finish(secret, 'another')).toEqual({ kind: 'refused' });
  });

  it('AD-06b: is worth nothing after a day, nor once a later start has made another', async () => {
    const { world, setup, finish, begin } = make();
    const first = await begin();
    const second = await begin();
    expect(await finish(first)).toEqual({ kind: 'refused' });
    world.advance(86_400);
    expect(await setup.isOpen()).toBe(false);
    expect(await finish(second)).toEqual({ kind: 'refused' });
  });

  it('AD-06b: is kept as a digest, for its owner alone, and removed when it is used', async () => {
    const { finish, begin, file } = make();
    const secret = await begin();
    expect(Buffer.from(secret, 'base64url').length).toBeGreaterThanOrEqual(16);
    expect(readFileSync(file, 'utf8')).not.toContain(secret);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await finish(secret);
    expect(existsSync(file)).toBe(false);
  });

  it('AD-06b: is void when an administrator was made in another way meanwhile', async () => {
    const { world, setup, finish, begin } = make();
    const secret = await begin();
    await world.add('cli-made', goodPassword, { permissions: ['admin'] });
    expect(await setup.isOpen()).toBe(false);
    expect(await finish(secret)).toEqual({ kind: 'refused' });
  });

  it('stays good when what was chosen cannot be taken', async () => {
    const { world, setup, finish, begin } = make();
    await world.add('taken');
    const secret = await begin();
    const weak = { username: 'grace', password: 'password1234' };
    expect(await setup.finish(secret, weak, '192.0.2.1')).toMatchObject({ kind: 'unsuitable' });
    await expect(finish(secret, 'TAKEN')).rejects.toMatchObject({ code: 'username_taken' });
    await expect(finish(secret, '\u202e')).rejects.toMatchObject({ code: 'request_malformed' });
    expect(await finish(secret)).toMatchObject({ kind: 'made' });
  });

  it('cannot be guessed at any speed', async () => {
    const { finish, begin } = make();
    const secret = await begin();
    const answers = [];
    for (let n = 0; n < 40; n += 1) answers.push((await finish(`guess ${n}`)).kind);
    expect(answers.filter((kind) => kind === 'refused')).toHaveLength(10);
    expect(await finish(secret)).toMatchObject({ kind: 'limited', retryAfterSeconds: 30 });
  });
});

describe('the page for it', () => {
  it('AD-06b: takes no form from another site, none that is huge, and is gone afterwards', async () => {
    const { setup, begin } = make();
    const secret = await begin();
    const port = await freePort();
    const url = `http://localhost:${port}`;
    const events: unknown[] = [];
    const app = express();
    app.use(
      setupRoutes(
        setup,
        new URL(url),
        (_req, res, view, _title, locals) => void res.json({ view, ...locals }),
        {
          tell: (event) => void events.push(event),
          keep: async (event) => void events.push(event),
          kept: async () => {},
        },
      ),
    );
    app.use((error: unknown, _req: express.Request, res: express.Response, _next: express.NextFunction) => {
      const { status, code } = asLatchkeyError(error);
      res.status(status).json({ code });
    });
    const server = await listen(app, port, '127.0.0.1');
    const browser = createBrowserClient();
    const fields = {
      secret,
      username: 'grace',
      name: 'Grace',
      new_password: goodPassword,
      new_password_again: goodPassword,
    };
    const send = async (more: Record<string, string>, given = {}) =>
      (await browser.post(`${url}/setup`, { ...fields, ...more }, given)).status;

    expect((await browser.get(`${url}/setup`)).status).toBe(200);
    expect(await send({}, { from: 'https://evil.example/' })).toBe(403);
    expect(await send({}, { from: null, secFetch: false })).toBe(403);
    expect(await send({ name: 'x'.repeat(9000) })).toBe(413);
    expect(await send({ secret: 'guess' })).toBe(403);
    expect(await send({ new_password_again: 'another' })).toBe(422);
    expect(await send({ new_password: 'short', new_password_again: 'short' })).toBe(422);
    const shown = await browser.post(`${url}/setup`, { ...fields, secret: 'guess' });
    expect(shown.body).not.toContain(goodPassword);
    const done = await browser.post(`${url}/setup`, fields);
    expect([done.status, done.location]).toEqual([303, `${url}/login?login_hint=grace&return_to=%2F`]);
    for (const visit of [await browser.get(`${url}/setup`), await browser.post(`${url}/setup`, fields)]) {
      expect(visit.status).toBe(404);
    }
    const refused = (reason: string) => expect.objectContaining({ type: 'setup_refused', reason });
    const made = { type: 'person_created', by: 'setup', permissions: ['admin'], ip: '127.0.0.1' };
    expect(events).toEqual([
      ...[refused('cross_site'), refused('cross_site'), refused('secret'), refused('secret')],
      expect.objectContaining(made),
    ]);
    await server.close();
  });
});
