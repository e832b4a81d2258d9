// Workers played by a test: it says when they listen and how they end, and reads what they were told.
import { vi } from 'vitest';
import { createLog } from '../../src/app/log.ts';
import type { WorkerEnd, WorkerProcess } from '../../src/app/worker-process.ts';
import { createWorkers } from '../../src/app/workers.ts';

interface Hand extends WorkerProcess {
  /** What it was told, in order. */
  readonly told: string[];
  beReady(): Promise<void>;
  end(end?: Partial<WorkerEnd>): Promise<void>;
}

/** Lets everything that waits for nothing but its turn go on; timers are those of the test. */
const settle = () => vi.advanceTimersByTimeAsync(0);

/** A watch over them, not yet started; the test has set fake timers. */
export const startWatch = (count = 2) => {
  const hands: Hand[] = [];
  const lines: Record<string, unknown>[] = [];
  const log = createLog('info', { write: (line: string) => void lines.push(JSON.parse(line)) });
  const fork = (): WorkerProcess => {
    const ready = Promise.withResolvers<boolean>();
    const ended = Promise.withResolvers<WorkerEnd>();
    const told: string[] = [];
    const hand: Hand = {
      ...{ id: hands.length + 1, pid: 1000 + hands.length, told },
      ready: ready.promise,
      ended: ended.promise,
      finish: (replaced) => void told.push(replaced ? 'finish, replaced' : 'finish'),
      kill: () => {
        told.push('kill');
        void hand.end({ status: null, signal: 'SIGKILL' });
      },
      beReady: async () => {
        ready.resolve(true);
        await settle();
      },
      end: async (end) => {
        ended.resolve({ status: 0, signal: null, ...end });
        ready.resolve(false);
        await settle();
      },
    };
    hands.push(hand);
    return hand;
  };
  const workers = createWorkers({ count, fork, log });
  const at = (id: number): Hand => hands[id - 1] as Hand;
  return { workers, hands, at, said: (msg: string) => lines.filter((line) => line.msg === msg) };
};
