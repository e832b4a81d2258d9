// The file with the sessions is locked, ruined or removed: an outage is 503, nobody is signed out by it.
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { embeddedSessions } from '../../src/embedded.ts';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import type { BrowserClient, Visit } from '../support/browser-client.ts';

let folder: string;
let path: string;
let world: AppWorld;
let browser: BrowserClient;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-embedded-'));
  path = join(folder, 'sessions.sqlite');
  world = await startAppWorld({ auth: { sessions: embeddedSessions(path) } });
  browser = world.browser();
  await world.signIn(browser);
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const expectUnavailable = (visit: Visit): void => {
  expect([visit.status, visit.location, visit.setCookies]).toEqual([503, null, []]);
  expect(Number(visit.headers['retry-after'])).toBeGreaterThan(0);
  expect(visit.body).not.toMatch(/sqlite|SQLITE|\.ts:/);
};
const cookies = () => browser.cookies.header(world.url, 'strict');

describe('another process that writes for long', () => {
  it('lets people read on; what has to be written is refused, and works once it is done', async () => {
    const visitor = world.browser();
    const back = await visitor.follow(await visitor.get(`${world.url}/protected`));
    const before = cookies();
    const other = new DatabaseSync(path);
    other.exec('BEGIN EXCLUSIVE');
    try {
      expect((await browser.get(`${world.url}/protected`)).status).toBe(200);
      expect(await world.whoIs(browser)).toBe('user-ada');
      expectUnavailable(await browser.post(`${world.url}/logout`));
      const failed = await visitor.follow(back);
      expectUnavailable(failed);
      expect(cookies()).toBe(before);
      other.exec('COMMIT');
      expect((await visitor.followAll(await visitor.get(failed.url))).status).toBe(200);
    } finally {
      other.close();
    }
    expect(await world.whoIs(browser)).toBe('user-ada');
    expect((await browser.post(`${world.url}/logout`)).status).toBeLessThan(400);
    expect(await world.whoIs(browser)).toBe('401');
  });
});

describe('a file that cannot be read any more', () => {
  // What was written last is in the log beside it and would still be found there.
  beforeEach(() => {
    const other = new DatabaseSync(path);
    other.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    other.close();
  });

  it('LG-03a: is an outage: 503 for what needs the session, the start page as for anybody, cookies kept', async () => {
    const before = cookies();
    writeFileSync(path, Buffer.alloc(64 * 1024, 'nonsense'));

    expectUnavailable(await browser.get(`${world.url}/protected`));
    const api = await browser.fetchJson(`${world.url}/api/me`);
    expectUnavailable(api);
    expect(api.json()).toMatchObject({ status: 503, code: 'store_unavailable' });
    expectUnavailable(await browser.post(`${world.url}/logout`));
    const start = await browser.get(`${world.url}/`);
    expect([start.status, start.setCookies]).toEqual([200, []]);
    expect(start.body).not.toContain('Ada Lovelace');
    const visitor = world.browser();
    expectUnavailable(await world.signIn(visitor));
    const ready = await visitor.fetchJson(`${world.url}/readyz`);
    expect(ready.json()).toMatchObject({ dependencies: [{ name: 'sessions (embedded)', ok: false }, {}] });
    expect(cookies()).toBe(before);
    expect(world.provider.calls('authorize')).toHaveLength(2);
  });

  it('the same when it was cut to nothing', async () => {
    truncateSync(path, 0);
    expectUnavailable(await browser.get(`${world.url}/protected`));
    expectUnavailable(await browser.fetchJson(`${world.url}/api/me`));
  });
});

it('a file that is removed is used until the process ends: people stay signed in, and can sign in and out', async () => {
  for (const ending of ['', '-wal', '-shm']) rmSync(path + ending, { force: true });
  expect(await world.whoIs(browser)).toBe('user-ada');
  expect((await world.signIn(world.browser())).status).toBe(200);
  expect((await browser.post(`${world.url}/logout`)).status).toBeLessThan(400);
  expect(await world.whoIs(browser)).toBe('401');
});
