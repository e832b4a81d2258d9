// The app's own events in the audit trail of the directory: on both databases, through a stop, and while the database is away.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDirectory } from '../../src/directory.ts';
import type { AuditEntry } from '../../src/machine.ts';
import { goodPassword, otherPassword } from '../support/account-world.ts';
import { createBrowserClient } from '../support/browser-client.ts';
import { runLatchkey } from '../support/command-line.ts';
import { startDemoApp } from '../support/demo-app.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

let postgres: TestPostgres;
let folder: string;
beforeAll(async () => {
  postgres = await startPostgres();
  folder = mkdtempSync(join(tmpdir(), 'latchkey-audit-'));
});
afterAll(async () => {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

const places = [
  ['SQLite', async () => ({ DATA_DIR: folder })],
  ['PostgreSQL', async () => ({ DATABASE_URL: await postgres.freshDatabase() })],
] as const;

/** What stands in the trail when the app has stopped. */
const entriesIn = async (place: { readonly DATABASE_URL?: string; readonly DATA_DIR?: string }) => {
  const directory = await openDirectory({
    url: place.DATABASE_URL,
    file: join(place.DATA_DIR ?? folder, 'directory.sqlite'),
  });
  try {
    const entries: AuditEntry[] = [];
    for await (const entry of directory.audit.all({})) entries.push(entry);
    return entries;
  } finally {
    await directory.close();
  }
};

const visit = async (url: string): Promise<void> => {
  const browser = createBrowserClient();
  await browser.get(`${url}/login`);
  await fetch(`${url}/api/me`, { headers: { authorization: 'Bearer some.secret.token' } });
};

describe('what happens in the app', () => {
  it.each(places)(
    'is in the audit trail of %s when the app has stopped, with nothing secret',
    async (_name, place) => {
      const environment: Record<string, string> = await place();
      {
        await using app = await startDemoApp(environment);
        await visit(app.url);
      }
      const entries = await entriesIn(environment);
      expect(entries.map(({ action }) => action)).toEqual(['login_started', 'access_refused']);
      expect(entries[1]).toMatchObject({
        ...{ severity: 'Medium', resource: '/api/me', actor: null, sentBy: null, ip: '127.0.0.1' },
        data: { code: 'unauthenticated', requestId: expect.stringMatching(/./) },
      });
      expect(JSON.stringify(entries)).not.toMatch(/state=|code_challenge|lk_|secret/);
    },
  );

  it('is said once, by whoever knows who did it to whom', async () => {
    const DATA_DIR = join(folder, 'once');
    const run = (line: string, typed = '') => runLatchkey({ DATA_DIR }, line, typed);
    const password = { username: 'ada', password: goodPassword };
    let keyId = '';
    {
      await using app = await startDemoApp({ DATA_DIR });
      await run('users add ada --admin --permanent --password-stdin', goodPassword);
      const call = async (method: string, path: string, body?: object, authorization?: string) => {
        const headers = { 'content-type': 'application/json', ...(authorization ? { authorization } : {}) };
        const sent = body === undefined ? {} : { body: JSON.stringify(body) };
        const answer = await fetch(`${app.url}/api/user${path}`, { method, headers, ...sent });
        return (await answer.json()) as { token: string; id: string };
      };
      await call('POST', '/login', { ...password, password: 'wrong secret' });
      const { token } = await call('POST', '/login', password);
      const ben = { username: 'ben', password: otherPassword, permissions: [] };
      const { id } = await call('POST', '/users', ben, token);
      await call('POST', `/users/${id}/password`, { password: otherPassword }, token);
      keyId = (await call('POST', '/key', {}, token)).id;
      await call('DELETE', `/keys/${keyId}`, undefined, token);
      const change = { oldPassword: goodPassword, newPassword: 'walrus ribbon stove' };
      await call('POST', '/password', change, token);
      await run('users set-permissions ben reports:read');
    }
    const entries = await entriesIn({ DATA_DIR });
    const ada = entries.find(({ action }) => action === 'own_password_changed')?.resource;
    const me = ada?.slice('person:'.length);
    expect(entries.map(({ action, actor }) => [action, actor === me ? 'ada' : actor?.split(':')[0]])).toEqual(
      [
        ['person_created', 'command line'],
        ['person_password_set', 'command line'],
        ['account_login_refused', undefined],
        ['api_login_succeeded', 'ada'],
        ['person_created', 'ada'],
        ['person_password_set', 'ada'],
        ['api_key_created', 'ada'],
        ['api_key_revoked', 'ada'],
        ['own_password_changed', 'ada'],
        ['person_rights_changed', 'command line'],
      ],
    );
    expect(entries[2]).toMatchObject({
      resource: ada,
      ip: expect.stringMatching(/127/),
      data: { requestId: expect.any(String) },
    });
    expect(entries[7]).toMatchObject({ resource: ada, data: { keyId, requestId: expect.any(String) } });
    expect(JSON.stringify(entries)).not.toMatch(/gravel|quilted|walrus|wrong secret|argon2|lk_/);
  });

  it('slows no request while PostgreSQL is away, and is written when it is back', async () => {
    const DATABASE_URL = await postgres.freshDatabase();
    {
      await using app = await startDemoApp({ DATABASE_URL });
      await postgres.kill();
      const before = performance.now();
      await visit(app.url);
      expect(performance.now() - before).toBeLessThan(1500);
      await postgres.restart();
    }
    const entries = await entriesIn({ DATABASE_URL });
    expect(entries.map(({ action }) => action)).toEqual(['login_started', 'access_refused']);
  });
});
