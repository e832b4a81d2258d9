// The published package: it builds, its doors open, its types resolve, and the built app starts.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const tool = (name: string, ...args: string[]): string =>
  execFileSync(process.execPath, [join(root, 'node_modules', ...name.split('/')), ...args], {
    cwd: root,
    encoding: 'utf8',
  });

const doors = ['latchkey', 'latchkey/redis', 'latchkey/embedded', 'latchkey/local-provider'];

beforeAll(() => {
  execFileSync(process.execPath, ['scripts/build.ts'], { cwd: root });
});

describe('the package', () => {
  it('opens every door from its built files', async () => {
    const script = doors
      .map((door) => `console.log(Object.keys(await import('${door}')).length > 0);`)
      .join('');
    const names = execFileSync(process.execPath, ['-e', script], { cwd: root, encoding: 'utf8' });
    expect(names.trim().split('\n')).toEqual(['true', 'true', 'true', 'true']);
  });

  it('has types that resolve for ESM and bundlers, and nothing a linter of packages objects to', () => {
    expect(tool('publint/src/cli.js')).toContain('All good');
    expect(tool('@arethetypeswrong/cli/dist/index.js', '--pack', '.', '--profile', 'esm-only')).not.toContain(
      '❌',
    );
  }, 60_000);

  it('starts as the built app and answers', async () => {
    const port = await freePort();
    const data = mkdtempSync(join(tmpdir(), 'latchkey-built-'));
    const app = spawn(process.execPath, ['dist/app/main.js'], {
      cwd: root,
      stdio: 'ignore',
      env: { PATH: process.env.PATH, PORT: String(port), DATA_DIR: data },
    });
    try {
      let status = 0;
      for (let attempt = 0; attempt < 100 && status !== 200; attempt += 1) {
        await wait(50);
        status = await fetch(`http://127.0.0.1:${port}/healthz`).then(
          (res) => res.status,
          () => 0,
        );
      }
      expect(status).toBe(200);
    } finally {
      app.kill('SIGTERM');
      rmSync(data, { recursive: true, force: true });
    }
  });
});
