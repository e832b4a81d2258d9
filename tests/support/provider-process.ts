// An OpenID provider as a process of its own, that can be killed and started again with everything it has issued.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface ProviderProcess extends AsyncDisposable {
  /** Requests so far, as `GET /path`, over all restarts. */
  requests(): readonly string[];
  /** SIGKILL. */
  kill(): Promise<void>;
  restart(): Promise<void>;
}

const main = fileURLToPath(new URL('./provider-process/main.ts', import.meta.url));

/** For one client, `app`, at `appUrl`; the person is `ada` with the password `lovelace`. */
export const startProviderProcess = async (
  port: number,
  appUrl: string,
  accessTokenSeconds: number,
): Promise<ProviderProcess> => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-provider-'));
  let output = '';
  let child: ChildProcess | null = null;
  const kill = async () => {
    const last = child;
    child = null;
    if (last === null || last.exitCode !== null || last.signalCode !== null) return;
    const exited = once(last, 'exit');
    last.kill('SIGKILL');
    await exited;
  };
  const start = async () => {
    const args = [main, folder, String(port), appUrl, String(accessTokenSeconds)];
    const mine = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    child = mine;
    let own = '';
    const take = (chunk: Buffer) => {
      own += chunk.toString('utf8');
      output += chunk.toString('utf8');
    };
    mine.stdout.on('data', take);
    mine.stderr.on('data', take);
    while (!own.includes('ready\n')) {
      if (mine.exitCode !== null) throw new Error(`the provider ended at its start:\n${own}`);
      await wait(10);
    }
  };
  process.once('exit', () => void child?.kill('SIGKILL'));
  await start();
  return {
    requests: () => output.split('\n').filter((line) => /^[A-Z]+ \//.test(line)),
    kill,
    restart: start,
    async [Symbol.asyncDispose]() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
