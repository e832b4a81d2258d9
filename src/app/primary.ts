// The process above the workers: signals, exit statuses, and what there is once per machine. It serves nobody itself.
import cluster from 'node:cluster';
import { createFirstAdmin } from '../directory.ts';
import { openDataFolder } from './data-folder.ts';
import { chooseDirectory } from './directory-choice.ts';
import type { Log } from './log.ts';
import { startWorkerMetrics } from './metrics.ts';
import { doOnce } from './once.ts';
import { openAccounts } from './open-accounts.ts';
import type { Settings } from './settings.ts';
import { setupSecrets } from './setup-secret.ts';
import { localProviderIssuer } from './start-local-provider.ts';
import { forkWorker } from './worker-process.ts';
import { createWorkers } from './workers.ts';

/** Runs `settings.workers` workers until a signal comes, or until none can be started with this configuration. */
export async function runPrimary(settings: Settings, log: Log): Promise<void> {
  const metrics = await startWorkerMetrics(settings, log);
  cluster.on('fork', (worker) => metrics?.add(worker));
  const workers = createWorkers({ count: settings.workers, fork: forkWorker, log });
  let isStopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, async () => {
      if (isStopping) {
        workers.kill();
        process.exit(1);
      }
      isStopping = true;
      log.info({ workers: settings.workers }, 'primary_stopping');
      const inTime = await workers.stop();
      process.exit(inTime ? 0 : 1);
    });
  }
  process.on('SIGHUP', () => void workers.roll());

  const failed = await workers.start();
  if (isStopping) return;
  // The worker has said why.
  if (failed !== null) process.exit(failed);
  void workers.refused.then((status) => process.exit(status));
  await startOncePerMachine(settings, log);
}

/** Here begins what must not be there once per worker. The schema and the secrets are: the first worker was alone. */
async function startOncePerMachine(settings: Settings, log: Log): Promise<void> {
  if (settings.issuer !== null) return doOnce(settings, log, settings.issuer, null);
  const data = openDataFolder(settings.dataDir);
  const directory = await chooseDirectory(settings, data);
  // Nobody signs in at this process, so nothing is counted or ended here.
  const { accounts, tries } = openAccounts(
    { ...settings, redisUrl: null },
    { report: { tell: () => {} }, directory, endSessions: async () => {} },
  );
  try {
    const { people, passwords } = directory;
    const setup = createFirstAdmin({ people, passwords, accounts, tries, secrets: setupSecrets(data) });
    await doOnce(settings, log, localProviderIssuer(settings), setup);
  } finally {
    await directory.close();
  }
}
