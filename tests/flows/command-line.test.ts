// The command line as operators call it: people, passwords and keys, on SQLite and PostgreSQL, beside a running app.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDirectory } from '../../src/directory.ts';
import type { AuditEntry } from '../../src/machine.ts';
import { goodPassword, otherPassword } from '../support/account-world.ts';
import { runLatchkey } from '../support/command-line.ts';
import { runProcess } from '../support/command-process.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

let postgres: TestPostgres;
let folder: string;
beforeAll(async () => {
  postgres = await startPostgres();
  folder = mkdtempSync(join(tmpdir(), 'latchkey-commands-'));
});
afterAll(async () => {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

const places = [
  ['SQLite', async () => ({ DATA_DIR: join(folder, crypto.randomUUID()) })],
  [
    'PostgreSQL',
    async () => ({
      DATA_DIR: join(folder, crypto.randomUUID()),
      DATABASE_URL: await postgres.freshDatabase(),
    }),
  ],
] as const;

type Place = Readonly<Record<string, string>> & { readonly DATA_DIR: string };

const openAt = (place: Place) =>
  openDirectory({ url: place.DATABASE_URL, file: join(place.DATA_DIR, 'directory.sqlite') });

describe.each(places)('on %s, an operator', (_name, placeOf) => {
  it('makes the first administrator, changes them, and each change stands in the audit trail', async () => {
    const place: Place = await placeOf();
    const run = (line: string, input = '') => runLatchkey(place, line, input);
    const added = await run('users add ada --admin --permanent --password-stdin --json', `${goodPassword}\n`);
    expect([added.status, added.err]).toEqual([0, '']);
    const { user } = added.json();
    expect(user).toMatchObject({ username: 'ada', permissions: ['admin'], mustChangePassword: false });

    const last = await run('users disable ADA');
    expect([last.status, last.out]).toEqual([77, '']);
    expect(last.err).toMatch(/Nobody would be left who may administer\. Give somebody else/);

    expect((await run('users add ben --password-stdin', otherPassword)).status).toBe(0);
    const changed = await run('users set-permissions ben reports:read admin --json');
    expect(changed.json()).toMatchObject({ user: { permissions: ['reports:read', 'admin'] } });
    expect((await run('users disable ada')).out).toBe('ada is disabled and signed out everywhere.\n');
    const list = await run('users list');
    expect(list.out).toMatch(/^ID +USER +NAME/);
    expect(list.out).toMatch(/ada .*admin +disabled/);
    expect(list.out).toMatch(/2 of 2\n$/);
    expect((await run('users enable ada')).status).toBe(0);
    const again = await run('users set-password ada --password-stdin', otherPassword);
    expect(again.out).toBe('ada has a temporary password and is signed out everywhere.\n');

    const directory = await openAt(place);
    const actions: string[] = [];
    const all: string[] = [];
    for await (const entry of directory.audit.all({})) {
      if (entry.action.startsWith('person_')) actions.push(entry.action);
      if (entry.action.startsWith('person_')) expect(entry.actor).toMatch(/^command line:./);
      all.push(JSON.stringify(entry));
    }
    await directory.close();
    const make = ['person_created', 'person_password_set'];
    const change = ['person_rights_changed', 'person_disabled', 'person_enabled', 'person_password_set'];
    expect(actions).toEqual([...make, ...make, ...change]);
    expect(all.join()).not.toMatch(/gravel|quilted|argon2/);
  });

  it('makes a key that is shown once, lists it without it, and revokes it', async () => {
    const place: Place = await placeOf();
    const run = (line: string, input = '') => runLatchkey(place, line, input);
    await run('users add ada --permission reports:read --password-stdin', goodPassword);
    const made = await run('keys create nightly --user ada --permission reports:read --days 30');
    expect([made.status, made.err]).toEqual([0, '']);
    const key = made.out.trim();
    expect(made.out).toBe(`${key}\n`);
    const listed = await run('keys list --user ada --json');
    expect(listed.out).not.toContain(key);
    const [record] = listed.json<{ keys: { id: string }[] }>().keys;
    expect(record).toMatchObject({ name: 'nightly', permissions: ['reports:read'], revokedAt: null });
    expect((await run('keys list')).out).not.toContain('nightly');
    expect((await run(`keys revoke ${record?.id}`)).status).toBe(0);
    expect((await run('keys list --user ada')).out).toMatch(/nightly +revoked/);
    expect((await run('keys revoke nope')).status).toBe(66);
    const directory = await openAt(place);
    const entries: AuditEntry[] = [];
    for await (const entry of directory.audit.all({})) entries.push(entry);
    await directory.close();
    const ofKeys = entries.filter(({ action }) => action.startsWith('api_key_'));
    const actor = expect.stringMatching(/^command line:./);
    expect(ofKeys).toMatchObject([
      { action: 'api_key_created', actor, data: { keyId: record?.id, name: 'nightly' } },
      { action: 'api_key_revoked', actor, resource: `key:${record?.id}` },
    ]);
    expect(JSON.stringify(entries)).not.toContain(key);
  });
});

describe('a command that cannot be done', () => {
  const wrong = [
    ['a password as an argument', 'users set-password ada --password=hunter2', 64, /An option is unknown/],
    ['nobody of that name', 'users disable nobody', 66, /Nobody has the id or user name "nobody"/],
  ] as const;
  it.each(wrong)('because of %s says so on standard error: %s', async (_why, line, status, words) => {
    const result = await runLatchkey({ DATA_DIR: folder }, line);
    expect([result.status, result.out]).toEqual([status, '']);
    expect(result.err).toMatch(words);
    expect(result.err).not.toMatch(/hunter2| at .*\.ts/);
  });

  it('says how to mend a password, a configuration and a database that is away', async () => {
    const weak = await runLatchkey({ DATA_DIR: folder }, 'users add eve --password-stdin --json', 'short');
    expect(weak.status).toBe(65);
    expect(JSON.parse(weak.err)).toMatchObject({ error: { code: 'password_too_short' } });
    const wrong = await runLatchkey({ DATABASE_URL: 'mysql://x', DATA_DIR: folder }, 'users list');
    expect([wrong.status, wrong.err]).toEqual([78, expect.stringContaining('DATABASE_URL')]);
    const DATABASE_URL = 'postgres://a:hunter2@127.0.0.1:1/x';
    const away = await runLatchkey({ DATABASE_URL, DATA_DIR: folder }, 'users list');
    expect([away.status, away.err]).toEqual([69, expect.stringContaining('does not answer')]);
    expect(away.err).not.toContain('hunter2');
  });

  it('--help names every command and every exit status', async () => {
    const help = await runLatchkey({}, '--help');
    expect(help.status).toBe(0);
    for (const text of ['users set-permissions', 'keys create', '--json', '78'])
      expect(help.out).toContain(text);
  });
});

it('is the program itself: words are a command, and none of it is in the way of what is piped on', async () => {
  const env = { DATA_DIR: join(folder, 'own') };
  const added = await runProcess(env, ['users', 'add', 'ada', '--password-stdin', '--json'], goodPassword);
  expect([added.status, added.err]).toEqual([0, '']);
  expect(JSON.parse(added.out)).toMatchObject({ user: { username: 'ada', mustChangePassword: true } });
});
