// Watches over the workers: as many as were asked for, new ones for those that die, and one by one anew when told to.
import type { Log } from './log.ts';
import type { WorkerEnd, WorkerProcess } from './worker-process.ts';

/** The workers of one primary. */
export interface Workers {
  /**
   * Starts the first, and the others once it listens: what no worker could start with is said once.
   * @returns null, or the status that the first one ended with
   */
  start(): Promise<number | null>;
  /** Puts a new worker in the place of each, one after the other. Asked again meanwhile, it does so once more. */
  roll(): Promise<void>;
  /** Tells all to finish and waits. False: some did not in time, and were killed. */
  stop(): Promise<boolean>;
  /** Ends all at once. */
  kill(): void;
  /** Resolves with the status when nobody serves any more and none can be started with this configuration. */
  readonly refused: Promise<number>;
}

/** What they are made of. */
export interface WorkersParts {
  readonly count: number;
  readonly fork: () => WorkerProcess;
  readonly log: Log;
}

/** A worker that listened for so long has not died at once. */
export const steadyMs = 10_000;
/** A worker that does not listen after so long hangs. */
export const startMs = 60_000;
/** Requests have ten seconds, and letting go of the stores a moment. */
export const finishMs = 13_000;
const longestPauseMs = 30_000;
/** EX_CONFIG: no new start mends it. */
const badConfiguration = 78;

interface Place {
  worker: WorkerProcess | null;
  isReady: boolean;
  quickDeaths: number;
  restart: ReturnType<typeof setTimeout> | undefined;
}

/** The first death is mended at once; from the second in a row on the pauses double. */
export function pauseAfterDeaths(quickDeaths: number): number {
  return quickDeaths < 2 ? 0 : Math.min(longestPauseMs, 250 * 2 ** (quickDeaths - 2));
}

/** Makes the watch. Nothing is started yet. */
export function createWorkers({ count, fork, log }: WorkersParts): Workers {
  const places = Array.from(
    { length: count },
    (): Place => ({ worker: null, isReady: false, quickDeaths: 0, restart: undefined }),
  );
  const alive = new Set<WorkerProcess>();
  const refused = Promise.withResolvers<number>();
  let isWatching = false;
  let isStopping = false;
  let rolling: Promise<void> | null = null;
  let rollAgain = false;

  /** Starts a worker for a place; it has the place from when `take` says so. */
  const launch = (place: Place): WorkerProcess => {
    const worker = fork();
    alive.add(worker);
    const hanging = setTimeout(() => worker.kill(), startMs);
    let readyAt: number | null = null;
    void worker.ready.then((isReady) => {
      clearTimeout(hanging);
      if (!isReady) return;
      readyAt = performance.now();
      if (place.worker === worker) place.isReady = true;
      log.info({ worker: worker.id, pid: worker.pid }, 'worker_ready');
    });
    void worker.ended.then((end) => {
      alive.delete(worker);
      const isLoss = isWatching && !isStopping && place.worker === worker;
      if (!isLoss) {
        log.info({ worker: worker.id, pid: worker.pid, ...end }, 'worker_ended');
        return;
      }
      const lived = readyAt === null ? 0 : performance.now() - readyAt;
      replace(place, worker, end, lived);
    });
    return worker;
  };

  const take = (place: Place, worker: WorkerProcess, isReady: boolean): void => {
    clearTimeout(place.restart);
    place.worker = worker;
    place.isReady = isReady;
  };

  const replace = (place: Place, { id, pid }: WorkerProcess, end: WorkerEnd, lived: number): void => {
    place.worker = null;
    place.isReady = false;
    place.quickDeaths = lived < steadyMs ? place.quickDeaths + 1 : 0;
    const pauseMs = pauseAfterDeaths(place.quickDeaths);
    log.warn({ worker: id, pid, ...end, pauseMs }, 'worker_lost');
    if (end.status === badConfiguration && alive.size === 0) refused.resolve(badConfiguration);
    else place.restart = setTimeout(() => take(place, launch(place), false), pauseMs);
  };

  /** True when it ended by itself. */
  const retire = async (worker: WorkerProcess, replaced: boolean): Promise<boolean> => {
    let wasKilled = false;
    const late = setTimeout(() => {
      wasKilled = true;
      log.warn({ worker: worker.id, pid: worker.pid }, 'worker_killed');
      worker.kill();
    }, finishMs);
    worker.finish(replaced);
    await worker.ended;
    clearTimeout(late);
    return !wasKilled;
  };

  const rollOnce = async (): Promise<void> => {
    log.info({ workers: count }, 'rolling');
    for (const place of places) {
      // One that is being started anew is of the new code already.
      if (isStopping || !place.isReady) continue;
      const next = launch(place);
      if (!(await next.ready)) {
        if (!isStopping) log.error({ worker: next.id, ...(await next.ended) }, 'rolling_stopped');
        return;
      }
      if (isStopping) return;
      // The old one, or the one that was started because the old one has died meanwhile.
      const former = place.worker;
      take(place, next, true);
      place.quickDeaths = 0;
      if (former !== null) await retire(former, true);
    }
    log.info({ workers: count }, 'rolled');
  };

  const rollUntilDone = async (): Promise<void> => {
    do {
      rollAgain = false;
      await rollOnce();
    } while (rollAgain && !isStopping);
    rolling = null;
  };

  return {
    refused: refused.promise,
    async start() {
      const [first, ...others] = places;
      if (first === undefined) return null;
      const worker = launch(first);
      take(first, worker, false);
      if (!(await worker.ready)) return (await worker.ended).status ?? 1;
      isWatching = true;
      if (!isStopping) for (const place of others) take(place, launch(place), false);
      return null;
    },
    async roll() {
      rollAgain = true;
      rolling ??= rollUntilDone();
      await rolling;
    },
    async stop() {
      isStopping = true;
      for (const place of places) clearTimeout(place.restart);
      const ends = await Promise.all([...alive].map((worker) => retire(worker, false)));
      return ends.every(Boolean);
    },
    kill() {
      isStopping = true;
      for (const place of places) clearTimeout(place.restart);
      for (const worker of alive) worker.kill();
    },
  };
}
