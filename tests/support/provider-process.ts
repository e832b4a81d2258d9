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
  /** Calls of the token endpoint under way, and when the last of them ended on the clock of `performance`. */
  tokenCalls(): { readonly underWay: number; readonly lastEndedAt: number };
  /** SIGKILL. */
  kill(): Promise<void>;
  restart(): Promise<void>;
}

const main = fileURLToPath(new URL('./provider-process/main.ts', import.meta.url));

/**
 * For one client, `app`, at `appUrl`. There is `ada`, and `reader-1`, `reader-2` … who may read reports; the password
 * of all is `lovelace`. The provider trusts the certificate of `appCertificate` where it sends logout tokens.
 */
export const startProviderProcess = async (
  port: number,
  appUrl: string,
  accessTokenSeconds: number,
  appCertificate?: string,
): Promise<ProviderProcess> => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-provider-'));
  let output = '';
  let tokenCallsUnderWay = 0;
  let lastEndedAt = 0;
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
    const trust = appCertificate === undefined ? {} : { NODE_EXTRA_CA_CERTS: appCertificate };
    const env = { ...process.env, ...trust };
    const mine = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    tokenCallsUnderWay = 0;
    child = mine;
    let own = '';
    const take = (chunk: Buffer) => {
      own += chunk.toString('utf8');
      output += chunk.toString('utf8');
      for (const [line] of chunk.toString('utf8').matchAll(/^(?:done )?POST \/token$/gm)) {
        tokenCallsUnderWay += line.startsWith('done') ? -1 : 1;
        lastEndedAt = performance.now();
      }
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
    tokenCalls: () => ({ underWay: tokenCallsUnderWay, lastEndedAt }),
    kill,
    restart: start,
    async [Symbol.asyncDispose]() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
