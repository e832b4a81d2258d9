// Starting the app with the environment people give it: wrong ones end with 78 and every reason, `.env` is read.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAppProcess } from '../support/app-process.ts';
import { createBrowserClient } from '../support/browser-client.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-start-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a start that cannot be', () => {
  it('ends with 78 and names every problem on stderr, with the mend', async () => {
    const env = {
      NODE_ENV: 'production',
      BASE_URL: 'http://app.example.com',
      TRUST_PROXY: 'true',
      SESSION_SECRET: 'too-short-to-be-one',
      LOG_LEVEL: 'loud',
      OIDC_CLIENT_ID: '',
    };
    await using app = await startAppProcess({ env });
    expect(await app.ended).toBe(78);
    const errors = app.errorOutput();
    for (const name of ['BASE_URL', 'TRUST_PROXY', 'SESSION_SECRET', 'LOG_LEVEL', 'OIDC_ISSUER'])
      expect(errors.match(new RegExp(`^  - ${name}: .+`, 'gm')), name).toHaveLength(1);
    expect(errors).toContain('openssl rand -base64 48');
    expect(errors).not.toMatch(/too-short-to-be-one|\bat .+\.ts:\d/);
    expect(app.output()).toBe(errors);
    expect(existsSync(app.dataDir)).toBe(false);
  });

  it('says so when the public address carries more than an address', async () => {
    const env = {
      ...{ OIDC_ISSUER: 'https://login.example.com', OIDC_CLIENT_ID: 'a', OIDC_CLIENT_SECRET: 'b' },
      BASE_URL: 'http://localhost:3000/?a=1',
    };
    await using app = await startAppProcess({ env });
    expect(await app.ended).toBe(78);
    expect(app.errorOutput()).toMatch(/BASE_URL: has a query/);
  });

  it('production with the demo and its users is one of them', async () => {
    const env = {
      NODE_ENV: 'production',
      BASE_URL: 'https://app.example.com',
      SESSION_SECRET: 'x'.repeat(40),
    };
    await using app = await startAppProcess({ env });
    expect(await app.ended).toBe(78);
    expect(app.errorOutput()).toContain('OIDC_ISSUER');
    expect(app.output()).not.toContain('ada');
  });
});

describe('a file named .env', () => {
  const problemIn = async (env: Record<string, string> = {}): Promise<string> => {
    await using app = await startAppProcess({ cwd: folder, env });
    expect(await app.ended).toBe(78);
    return app.errorOutput();
  };

  it('in the working folder is read', async () => {
    writeFileSync(join(folder, '.env'), 'LOG_LEVEL="loud"\n# a comment\nREDIS_URL=nowhere\n');
    const errors = await problemIn();
    expect(errors).toContain('LOG_LEVEL');
    expect(errors).toContain('REDIS_URL');
  });

  it('gives way to what is set already', async () => {
    writeFileSync(join(folder, '.env'), 'LOG_LEVEL=loud\nTRUST_PROXY=true\n');
    const errors = await problemIn({ LOG_LEVEL: 'info' });
    expect(errors).not.toContain('LOG_LEVEL');
    expect(errors).toContain('TRUST_PROXY');
  });
});

it('with nothing set the demo runs: it prints its address and users, and answers', async () => {
  await using app = await startAppProcess();
  await app.saying('latchkey is running');
  expect(app.output()).toContain(app.url);
  expect(app.output()).toContain('ada / ada');
  expect(app.output()).toContain('ben / ben');
  expect(app.output()).toContain(`http://127.0.0.1:${app.port + 1}`);
  const browser = createBrowserClient();
  expect((await browser.get(`${app.url}/`)).status).toBe(200);
  const ready = await browser.fetchJson(`${app.url}/readyz`);
  expect(ready.json()).toEqual({
    status: 'ready',
    dependencies: [
      { name: 'sessions (embedded)', ok: true },
      { name: 'provider', ok: true },
      { name: 'API keys', ok: true },
      { name: 'directory', ok: true },
    ],
  });
  expect(app.errorOutput()).toBe('');
});
