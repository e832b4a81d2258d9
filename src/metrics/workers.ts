// Metrics of a process that has workers: it asks each of them at every scrape and adds up what they say.
import { setTimeout as wait } from 'node:timers/promises';
import { addUp, joinRemains, remains, type Snapshot } from './add-up.ts';
import type { Metrics } from './create-metrics.ts';

/** A process as `fork` of `node:cluster` or `node:child_process` gives it. */
export interface MetricsWorker {
  send(message: object): unknown;
  isConnected(): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  once(event: 'exit', listener: () => void): unknown;
}

/** A worker's own end of the channel: `process`. */
export interface WorkerChannel {
  send?(message: object): unknown;
  on(event: 'message', listener: (message: unknown) => void): unknown;
}

/** What adds up the workers. */
export interface WorkerMetrics {
  /** Counts this worker from now on; when it ends, what it counted stays. */
  add(worker: MetricsWorker): void;
  text(): Promise<string>;
}

/** A worker that is busy for longer is left with what it said last. */
const patienceMs = 1000;
const ask = { latchkey: 'metrics?' };

/** In a worker: answers whenever the first process asks. */
export function answerForMetrics(metrics: Metrics, channel: WorkerChannel): void {
  channel.on('message', (message) => {
    if (wordOf(message) !== ask.latchkey) return;
    const say = async () => channel.send?.({ latchkey: 'metrics', snapshot: await metrics.snapshot() });
    // The first process went away meanwhile: nobody asks any more.
    say().catch(() => {});
  });
}

/** In the first process. */
export function workerMetrics(): WorkerMetrics {
  const living = new Map<MetricsWorker, { last: Snapshot; heard: (() => void) | null }>();
  let gone: Promise<Snapshot> = Promise.resolve([]);

  const add = (worker: MetricsWorker): void => {
    const known: { last: Snapshot; heard: (() => void) | null } = { last: [], heard: null };
    living.set(worker, known);
    worker.on('message', (message) => {
      if (wordOf(message) !== 'metrics') return;
      known.last = (message as { readonly snapshot: Snapshot }).snapshot;
      known.heard?.();
    });
    worker.once('exit', () => {
      living.delete(worker);
      known.heard?.();
      const kept = remains(known.last);
      gone = gone.then((before) => joinRemains(before, kept));
    });
  };

  /** What they say now, or said last. */
  const askAll = async (): Promise<void> => {
    const answers = [...living].map(([worker, known]) => {
      if (!worker.isConnected()) return undefined;
      return new Promise<void>((resolve) => {
        known.heard = resolve;
        worker.send(ask);
      });
    });
    const patience = new AbortController();
    await Promise.race([
      Promise.all(answers),
      wait(patienceMs, undefined, { signal: patience.signal }).catch(() => {}),
    ]);
    patience.abort();
  };

  return {
    add,
    async text() {
      await askAll();
      return addUp([await gone, ...[...living.values()].map(({ last }) => last)]);
    },
  };
}

function wordOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'latchkey' in message
    ? message.latchkey
    : undefined;
}
