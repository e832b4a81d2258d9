// The app as a process: it finishes what is under way when it is told to stop, and goes on where it left off.
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppProcess, startAppProcess } from '../support/app-process.ts';
import { type BrowserClient, createBrowserClient } from '../support/browser-client.ts';
import { openRawConnection } from '../support/raw-http.ts';
import { type ScriptedProvider, startScriptedProvider, testClient } from '../support/scripted-provider.ts';

let provider: ScriptedProvider;
beforeAll(async () => {
  provider = await startScriptedProvider();
});
afterAll(() => provider.close());
beforeEach(() => provider.reset());

const environment = (more: Record<string, string> = {}): Record<string, string> => ({
  OIDC_ISSUER: provider.issuer,
  OIDC_CLIENT_ID: testClient.clientId,
  OIDC_CLIENT_SECRET: testClient.clientSecret ?? '',
  SESSION_SECRET: 'a secret of more than thirty-two characters',
  ...more,
});
const start = async (more: Parameters<typeof startAppProcess>[0] = {}): Promise<AppProcess> => {
  const app = await startAppProcess({ ...more, env: { ...environment(), ...more.env } });
  await app.saying('"listening"');
  return app;
};
const whoIs = async (app: AppProcess, browser: BrowserClient): Promise<number> =>
  (await browser.fetchJson(`${app.url}/api/me`)).status;

describe('told to stop', () => {
  it('finishes a callback under way, then ends with 0', async () => {
    await using app = await start();
    const browser = createBrowserClient();
    const back = await browser.follow(await browser.get(`${app.url}/protected`));
    const asked = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    provider.bend.tokenResponse = async () => {
      asked.resolve();
      await goOn.promise;
    };
    const callback = browser.follow(back);
    await asked.promise;
    app.signal('SIGTERM');
    await app.saying('"stopping"');
    await expect(createBrowserClient().get(`${app.url}/`)).rejects.toThrow(/ECONNREFUSED/);
    goOn.resolve();
    const answer = await callback;
    expect([answer.status, answer.location]).toEqual([303, `${app.url}/protected`]);
    expect(browser.cookies.names(app.url)).toContain('latchkey.token');
    expect(await app.ended).toBe(0);
    expect(app.logLines().map(({ msg }) => msg)).toContain('login_succeeded');
    expect(app.output()).toContain('"stopped"');
    expect(app.errorOutput()).toBe('');

    // The session that the last request began is there for the next process.
    await using next = await start({ dataDir: app.dataDir, env: { PORT: String(app.port) } });
    expect((await browser.get(`${app.url}/protected`)).status).toBe(200);
    expect(next.errorOutput()).toBe('');
  });

  it('by two signals: does not wait for browsers that only keep a connection open', async () => {
    await using app = await start();
    const idle = await openRawConnection(app.port);
    idle.write(`GET /healthz HTTP/1.1\r\nHost: localhost:${app.port}\r\n\r\n`);
    await idle.settle();
    const startedAt = performance.now();
    app.signal('SIGINT');
    app.signal('SIGTERM');
    expect(await app.ended).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(2000);
    idle.destroy();
  });
});

describe('started anew', () => {
  it('keeps people signed in with the secret and sessions it keeps itself', async () => {
    const { SESSION_SECRET: _made, ...env } = environment();
    await using first = await startAppProcess({ env });
    await first.saying('"listening"');
    const browser = createBrowserClient();
    await browser.followAll(await browser.get(`${first.url}/protected`));
    expect(await whoIs(first, browser)).toBe(200);
    first.signal('SIGKILL');
    expect(await first.ended).toBe('SIGKILL');
    await using second = await startAppProcess({ dataDir: first.dataDir, env });
    await second.saying('"listening"');
    expect(await whoIs(second, browser)).toBe(200);
  });

  it('LG-03b: starts while the provider is away, says so, and lets people in once it is there', async () => {
    await provider.goDown();
    await using app = await start();
    const browser = createBrowserClient();
    expect((await browser.get(`${app.url}/`)).status).toBe(200);
    expect((await browser.fetchJson(`${app.url}/readyz`)).status).toBe(503);
    await provider.comeBack();
    const deadline = Date.now() + 5000;
    while ((await browser.fetchJson(`${app.url}/readyz`)).status !== 200 && Date.now() < deadline)
      await wait(100);
    expect((await browser.followAll(await browser.get(`${app.url}/protected`))).status).toBe(200);
  });

  it('says that the port is taken, and ends', async () => {
    await using app = await start();
    await using second = await startAppProcess({ env: { ...environment(), PORT: String(app.port) } });
    expect(await second.ended).not.toBe(0);
    expect(second.output()).toContain('EADDRINUSE');
  });
});

it('LG-02b: a promise that is rejected and forgotten is written down, and the process lives on', async () => {
  const preload = fileURLToPath(new URL('../support/preload/reject-on-signal.ts', import.meta.url));
  await using app = await start({ imports: [preload] });
  app.signal('SIGUSR2');
  await app.saying('a mistake that nobody caught');
  const browser = createBrowserClient();
  expect((await browser.get(`${app.url}/`)).status).toBe(200);
  const line = app.logLines().find(({ msg }) => msg === 'unhandled_rejection');
  expect(line).toMatchObject({ level: 'error', err: { message: 'a mistake that nobody caught' } });
});
