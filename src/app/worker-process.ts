// A worker as the primary sees it: a process of node:cluster that becomes ready, is told to finish, and ends.
import cluster from 'node:cluster';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FinishMessage, isReadyMessage } from './worker-messages.ts';

/** How a worker ended. Both null: it could not even be started. */
export interface WorkerEnd {
  readonly status: number | null;
  readonly signal: string | null;
}

/** One worker. */
export interface WorkerProcess {
  /** Counts up with every start. */
  readonly id: number;
  readonly pid: number | undefined;
  /** True once it listens; false when it ended before. */
  readonly ready: Promise<boolean>;
  readonly ended: Promise<WorkerEnd>;
  /** Asks it to finish what is under way and to end. */
  finish(replaced: boolean): void;
  /** Ends it at once. */
  kill(): void;
}

/** Starts one. It runs the sources or what was built of them, as the primary does, with the primary's environment. */
export function forkWorker(): WorkerProcess {
  const exec = fileURLToPath(new URL(`./worker${extname(import.meta.url)}`, import.meta.url));
  cluster.setupPrimary({ exec, args: [] });
  const worker = cluster.fork();
  const ended = new Promise<WorkerEnd>((resolve) => {
    worker.once('exit', (status, signal) => resolve({ status, signal }));
    // A process that was never there does not exit either. Other errors are those of messages to one that has ended.
    worker.on('error', () => {
      if (worker.process.pid === undefined) resolve({ status: null, signal: null });
    });
  });
  const saysReady = new Promise<boolean>((resolve) => {
    worker.on('message', (message: unknown) => {
      if (isReadyMessage(message)) resolve(true);
    });
  });
  return {
    id: worker.id,
    pid: worker.process.pid,
    ready: Promise.race([saysReady, ended.then(() => false)]),
    ended,
    finish(replaced) {
      const message: FinishMessage = { type: 'latchkey:finish', replaced };
      if (worker.isConnected()) worker.send(message, () => {});
      else worker.process.kill('SIGTERM');
    },
    kill: () => void worker.process.kill('SIGKILL'),
  };
}
