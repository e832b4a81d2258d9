// A change from the command line counts in live sessions of a running app with the next request.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { goodPassword } from '../support/account-world.ts';
import { createBrowserClient } from '../support/browser-client.ts';
import { runLatchkey } from '../support/command-line.ts';
import { startDemoApp } from '../support/demo-app.ts';
import { formAction } from '../support/local-provider-world.ts';
import { startRedis } from '../support/redis.ts';

const places = [
  ['files', async () => null],
  ['Redis', () => startRedis()],
] as const;

it.each(places)(
  'with sessions in %s a person gets a permission at the next click, and is out when disabled',
  async (_name, place) => {
    await using redis = await place();
    const sessions: Record<string, string> = redis === null ? {} : { REDIS_URL: redis.url };
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-command-sessions-'));
    try {
      await using app = await startDemoApp({ ...sessions, DATA_DIR: folder });
      const run = (line: string, input = '') =>
        runLatchkey({ ...sessions, DATA_DIR: folder, PORT: String(app.port) }, line, input);
      expect((await run('users add cleo --permanent --password-stdin', goodPassword)).status).toBe(0);
      const browser = createBrowserClient();
      const page = await browser.followAll(await browser.get(`${app.url}/protected`));
      const login = { login: 'cleo', password: goodPassword };
      await browser.followAll(await browser.post(formAction(page, '/sign-in'), login));
      const me = async () => {
        const { status, body } = await browser.get(`${app.url}/api/me`);
        return [status, status === 200 ? JSON.parse(body).permissions : null];
      };
      expect(await me()).toEqual([200, []]);
      expect((await run('users set-permissions cleo reports:read')).out).toMatch(
        /has the permissions reports:read/,
      );
      expect(await me()).toEqual([200, ['reports:read']]);
      expect((await run('users disable cleo')).status).toBe(0);
      // Opened as a page it begins a login.
      expect(await me()).toEqual([302, null]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
