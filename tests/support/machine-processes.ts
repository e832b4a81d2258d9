// Starts processes that are clients of other services, and speaks with them.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { MachineClientOptions } from '../../src/machine.ts';
import type { WorkerAnswer, WorkerOrder } from './machine-worker.ts';

export interface MachineProcess extends AsyncDisposable {
  /** So many callers ask for a token at once. */
  ask(callers: number): Promise<WorkerAnswer>;
  /** SIGKILL. */
  kill(): void;
}

const worker = fileURLToPath(new URL('./machine-worker.ts', import.meta.url));

const send = async (child: ChildProcess, order: WorkerOrder): Promise<WorkerAnswer> => {
  const answer = once(child, 'message');
  child.send(order);
  const [message] = await answer;
  return message as WorkerAnswer;
};

/** The options go to another process, so they hold no functions. */
export const startMachineProcess = async (options: MachineClientOptions): Promise<MachineProcess> => {
  const child = fork(worker, { stdio: 'ignore' });
  const killWithTests = (): void => void child.kill('SIGKILL');
  process.once('exit', killWithTests);
  await send(child, { start: options });
  return {
    ask: (callers) => send(child, { ask: callers }),
    kill: () => void child.kill('SIGKILL'),
    async [Symbol.asyncDispose]() {
      process.off('exit', killWithTests);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
};
