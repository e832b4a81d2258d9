// The soak in a minute: mixed traffic on two nodes while a node, Redis and the provider are killed. All checks hold.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = (...args: readonly string[]) =>
  promisify(execFile)(process.execPath, ['soak/main.ts', ...args], { cwd: root }).catch(
    (failed: { readonly stdout: string; readonly stderr: string; readonly code: number }) => failed,
  );

it('nobody is signed out and nothing grows in a minute with three kills in it', async () => {
  const { stdout, stderr } = await run('--seconds', '60', '--rate', '50');
  expect(stderr).toBe('');
  for (const name of ['a node', 'Redis', 'the provider']) {
    expect(stdout).toContain(`SIGKILL: ${name}`);
    expect(stdout).toContain(`back: ${name}`);
  }
  expect(stdout.match(/^FAILED.*$/gm), stdout).toBeNull();
  expect(stdout.match(/^ok .*/gm)?.length).toBeGreaterThanOrEqual(12);
}, 150_000);

it('says what it takes when it is asked for something else', async () => {
  const refused = await run('--seconds', '3');
  expect(refused).toMatchObject({ code: 64, stderr: expect.stringContaining('from 45 to 86400') });
});
