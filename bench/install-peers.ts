// Installs what latchkey is measured against, the first time that the bench runs.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('./', import.meta.url));

/** `npm ci` in this folder, unless that was done. */
export function installPeers(): void {
  if (existsSync(`${folder}node_modules/express-openid-connect`)) return;
  process.stdout.write('installing what latchkey is measured against\n');
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'inherit' });
  if (npm.status !== 0) throw new Error('npm ci in bench/ failed; it is needed for express-openid-connect');
}
