// The published package: it builds, its doors open, its types resolve, and the built app starts.
import { execFileSync, spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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

const doors = [
  ...[
    'latchkey',
    'latchkey/redis',
    'latchkey/embedded',
    'latchkey/local-provider',
    'latchkey/machine',
    'latchkey/testing',
  ],
];

/** The packages of these names and no others, as npm would have installed them for a customer. */
const linkPackages = (names: readonly string[], folder: string): void => {
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(folder, name));
  }
};

/** A customer's whole test. */
const kitScript = `
import express from 'express';
import { createAuth } from 'latchkey';
import { signedIn, startTestProvider, testAuthOptions, testUsers } from 'latchkey/testing';
const provider = await startTestProvider();
const auth = createAuth(testAuthOptions(provider));
const app = express().use(auth.routes());
app.get('/', auth.currentUser(), (req, res) => res.send(req.user.name));
const ada = await signedIn(app, testUsers.ada);
const { status } = await ada.fetch('/');
const text = await (await ada.open('/')).text();
await ada.signOut();
const afterwards = (await ada.fetch('/')).status;
console.log(JSON.stringify({ status, text, afterwards }));
await Promise.all([ada.close(), auth.close(), provider.close()]);
`;

beforeAll(() => {
  execFileSync(process.execPath, ['scripts/build.ts'], { cwd: root });
});

describe('the package', () => {
  it('opens every door from its built files', async () => {
    const script = doors
      .map((door) => `console.log(Object.keys(await import('${door}')).length > 0);`)
      .join('');
    const names = execFileSync(process.execPath, ['-e', script], { cwd: root, encoding: 'utf8' });
    expect(names.trim().split('\n')).toEqual(doors.map(() => 'true'));
  });

  it('has types that resolve for ESM and bundlers, and nothing a linter of packages objects to', () => {
    expect(tool('publint/src/cli.js')).toContain('All good');
    expect(tool('@arethetypeswrong/cli/dist/index.js', '--pack', '.', '--profile', 'esm-only')).not.toContain(
      '❌',
    );
  }, 60_000);

  it('signs people in with the test kit, from the packed files, with no package but its own dependencies', () => {
    const place = mkdtempSync(join(tmpdir(), 'latchkey-packed-'));
    try {
      execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', place], {
        cwd: root,
      });
      const [archive = ''] = readdirSync(place);
      execFileSync('tar', ['-xzf', join(place, archive), '-C', place]);
      const packed = join(place, 'package');
      const { dependencies } = JSON.parse(readFileSync(join(packed, 'package.json'), 'utf8'));
      linkPackages(Object.keys(dependencies), join(packed, 'node_modules'));
      writeFileSync(join(packed, 'try.mjs'), kitScript);
      const answer = execFileSync(process.execPath, ['try.mjs'], {
        cwd: packed,
        encoding: 'utf8',
        timeout: 20_000,
      });
      expect(JSON.parse(answer)).toEqual({ status: 200, text: 'Ada Lovelace', afterwards: 401 });
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
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
      for (let attempt = 0; attempt < 400 && status !== 200; attempt += 1) {
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
