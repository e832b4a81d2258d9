// WEB_CONCURRENCY: two workers share one port, one that dies is replaced, all are renewed without a failed request.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type AppProcess, startAppProcess } from '../support/app-process.ts';
import { createBrowserClient } from '../support/browser-client.ts';
import { enterPassword, travel } from '../support/local-provider-world.ts';
import { openRawConnection } from '../support/raw-http.ts';

const patient = { timeout: 40_000, interval: 20 };
const linesOf = (app: AppProcess, msg: string) => app.logLines().filter((line) => line.msg === msg);
const pids = (app: AppProcess): readonly number[] =>
  linesOf(app, 'worker_ready').map(({ pid }) => Number(pid));
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const untilReady = (app: AppProcess, count: number) =>
  expect.poll(() => pids(app).length, patient).toBe(count);

/** With two workers, of which so many are waited for. */
const startTwo = async (waitedFor = 2): Promise<AppProcess> => {
  const app = await startAppProcess({ env: { WEB_CONCURRENCY: '2' } });
  try {
    await untilReady(app, waitedFor);
    return app;
  } catch (error) {
    await app[Symbol.asyncDispose]();
    throw error;
  }
};

/** A form whose body is still on its way: under way until `complete`. */
const openForm = async (app: AppProcess) => {
  const connection = await openRawConnection(app.port);
  connection.write('POST /logout HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n');
  connection.write('Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=');
  // Until a worker has it.
  await fetch(`${app.url}/healthz`);
  return {
    async complete(): Promise<number | undefined> {
      connection.write('1');
      const { answers } = await connection.settle({ quietMs: 300 });
      return answers[0]?.status;
    },
  };
};

/** Asks over kept connections until told to stop, and counts what came. */
const keepAsking = (url: string, cookie: string) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const seen: Record<string, number> = {};
  let isOver = false;
  const askOnce = () =>
    new Promise<string>((resolve) => {
      get(url, { agent, headers: { cookie, accept: 'application/json' } }, (answer) => {
        answer.resume().on('end', () => resolve(String(answer.statusCode)));
      }).on('error', (error) => resolve(String(error)));
    });
  const lane = async () => {
    while (!isOver) {
      const outcome = await askOnce();
      seen[outcome] = (seen[outcome] ?? 0) + 1;
      await wait(3);
    }
  };
  const lanes = [lane(), lane(), lane(), lane()];
  return async () => {
    isOver = true;
    await Promise.all(lanes);
    agent.destroy();
    return seen;
  };
};

it('serves with two workers on the secrets of one first start, and renews them under people who are signed in', async () => {
  await using app = await startTwo();
  // Each is said once, and not by each worker.
  for (const text of ['latchkey is running', 'enter this setup code', '"workers_share_files"'])
    expect(app.output().split(text), text).toHaveLength(2);

  const browser = createBrowserClient();
  const form = await travel(browser, await browser.get(`${app.url}/protected`));
  const page = await browser.followAll(await enterPassword(browser, form, 'ada', 'ada'));
  expect([page.status, page.url]).toEqual([200, `${app.url}/protected`]);
  const whoIs = async () => (await browser.fetchJson(`${app.url}/api/me`)).status;
  // At once, because one after the other would share a connection.
  const sixTimes = () => Promise.all(Array.from({ length: 6 }, whoIs));
  expect(await sixTimes()).toEqual(Array(6).fill(200));
  const served = () => new Set(linesOf(app, 'request').map(({ worker }) => worker)).size;
  await expect.poll(served, patient).toBe(2);

  const [first = 0, second = 0] = pids(app);
  process.kill(first, 'SIGKILL');
  await untilReady(app, 3);
  expect(linesOf(app, 'worker_lost')).toMatchObject([{ pid: first, signal: 'SIGKILL', pauseMs: 0 }]);
  expect(await sixTimes()).toEqual(Array(6).fill(200));

  const underWay = await Promise.all([openForm(app), openForm(app)]);
  const stopAsking = keepAsking(`${app.url}/api/me`, browser.cookies.header(app.url, 'strict') ?? '');
  app.signal('SIGHUP');
  for (const form of underWay) {
    await expect.poll(() => linesOf(app, 'stopping').length, patient).toBeGreaterThan(0);
    expect(await form.complete()).toBe(303);
  }
  await expect.poll(() => linesOf(app, 'rolled').length, patient).toBe(1);
  const outcomes = await stopAsking();
  expect(Object.keys(outcomes)).toEqual(['200']);
  expect(outcomes['200']).toBeGreaterThan(50);
  expect(await whoIs()).toBe(200);
  expect(pids(app)).toHaveLength(5);
  expect([first, second, ...pids(app).slice(0, 3)].filter(isAlive)).toEqual([]);

  app.signal('SIGTERM');
  expect(await app.ended).toBe(0);
  expect(pids(app).filter(isAlive)).toEqual([]);
  expect(app.errorOutput()).toBe('');
}, 90_000);

it('ends all at a second signal, and workers end by themselves when the process above them dies', async () => {
  await using app = await startTwo(1);
  await openForm(app);
  app.signal('SIGTERM');
  await app.saying('"stopping"');
  const signalledAt = performance.now();
  app.signal('SIGTERM');
  expect(await app.ended).toBe(1);
  expect(performance.now() - signalledAt).toBeLessThan(5000);
  await expect.poll(() => pids(app).filter(isAlive), patient).toEqual([]);

  await using orphaned = await startTwo(1);
  const form = await openForm(orphaned);
  orphaned.signal('SIGKILL');
  await expect.poll(() => linesOf(orphaned, 'primary_lost').length, patient).toBeGreaterThan(0);
  expect(await form.complete()).toBe(303);
  // Closed once the last of them has let go of it; it ends a moment later.
  expect(await orphaned.ended).toBe('SIGKILL');
  await expect.poll(() => pids(orphaned).filter(isAlive), patient).toEqual([]);
}, 90_000);

it('says once what only a worker finds out about the settings, and ends with 78', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-workers-'));
  const key = join(folder, 'key.pem');
  writeFileSync(key, 'no key at all');
  const env = {
    ...{ WEB_CONCURRENCY: '3', OIDC_ISSUER: 'https://login.example.com', OIDC_CLIENT_ID: 'a' },
    ...{ OIDC_CLIENT_AUTH: 'private_key_jwt', OIDC_CLIENT_KEY_FILE: key },
  };
  await using app = await startAppProcess({ env });
  expect(await app.ended).toBe(78);
  expect(app.errorOutput().match(/cannot be used/g)).toHaveLength(1);
  expect(app.errorOutput()).toMatch(/^ {2}- OIDC_CLIENT_KEY_FILE: /m);
  rmSync(folder, { recursive: true });
}, 60_000);
