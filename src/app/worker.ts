// The entry of a worker: the app as always, with the primary's word for when to end.
import cluster, { type Worker } from 'node:cluster';
import { readEnvironment } from './env.ts';
import { createLog } from './log.ts';
import { logRejections, start } from './run.ts';
import { settingsFrom } from './settings.ts';
import { startFailure } from './start-failure.ts';
import { isFinishMessage, readyMessage } from './worker-messages.ts';

/** How long idle connections may bring one more request, which is answered with `Connection: close`. */
const idleMs = 1_000;

if (cluster.worker === undefined) throw new Error('worker.ts is started by the primary; run main.ts.');
await serve(cluster.worker);

async function serve(worker: Worker): Promise<void> {
  try {
    // The primary has read .env: what was found there is inherited, so all have the same settings for as long as it runs.
    const settings = settingsFrom(readEnvironment());
    const log = createLog(settings.logLevel).child({ worker: worker.id });
    logRejections(log);
    const starting = start(settings, log, 'worker');
    let isFinishing = false;
    const finish = (replaced: boolean): void => {
      if (isFinishing) return;
      isFinishing = true;
      const stopped = starting.then((running) => running.stop(replaced ? idleMs : 0));
      // A start that fails is told of below.
      stopped.then(() => process.exit(0)).catch(() => {});
    };
    process.on('message', (message) => {
      if (isFinishMessage(message)) finish(message.replaced);
    });
    // A terminal and some service managers signal every process. The primary decides when it is enough.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => finish(false));
    process.on('SIGHUP', () => {});
    worker.once('disconnect', () => {
      // Without this word Node ends the worker on the spot, and requests under way with it.
      worker.exitedAfterDisconnect = true;
      log.error('primary_lost');
      finish(false);
    });
    await starting;
    if (worker.isConnected()) worker.send(readyMessage);
  } catch (error) {
    const { words, status } = startFailure(error);
    process.stderr.write(`${words}\n`);
    process.exit(status);
  }
}
