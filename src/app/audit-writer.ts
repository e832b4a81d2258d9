// Writes events into the audit trail behind the requests that caused them: many at once, tried again while the database is away.
import { setTimeout as wait } from 'node:timers/promises';
import type { AuditTrail } from '../directory.ts';
import { LatchkeyError } from '../index.ts';
import type { AuditEntry } from '../machine.ts';
import type { AppEvent } from './app-event.ts';
import { type AuditBudgetOptions, createAuditBudget } from './audit-budget.ts';
import { createDropCount } from './audit-drops.ts';
import { entryOf } from './audit-events.ts';
import { type AuditEvent, isBounded } from './audit-severity.ts';
import type { Log } from './log.ts';

/** Takes events for the audit trail. */
export interface AuditWriter {
  /** Returns at once and never throws. */
  note(event: AppEvent): void;
  /**
   * Resolves when the entry is kept. Rejects with `store_unavailable` when that could not be done at once; the entry
   * waits then as all others do, and is written when the database is back.
   */
  keep(event: AppEvent): Promise<void>;
  /** The same for every event that was noted before. */
  kept(): Promise<void>;
  /** Writes what waits, for at most so many milliseconds; what is left then is counted in the log. */
  close(deadlineMs?: number): Promise<void>;
}

/** Parts of the writer. */
export interface AuditWriterParts {
  readonly store: Pick<AuditTrail, 'addAll' | 'count'>;
  readonly log: Log;
  readonly clock: () => number;
  /** Entries that wait at once; what comes beyond that is dropped and counted. Default: 5,000. */
  readonly mostWaiting?: number;
  /** Events that come within so many milliseconds are written together. Default: 50. */
  readonly gatherMs?: number;
  /** The first pause while the database is away; each is twice the one before, up to thirty times this. Default: 1000. */
  readonly pauseMs?: number;
  readonly budget?: AuditBudgetOptions;
}

interface Waiting {
  readonly entry: AuditEntry;
  /** Whoever waits for it. */
  readonly tell: ((error?: unknown) => void)[];
}

/** An entry that a database which answers does not take so often is one that it never takes. */
const mostTries = 5;
const mostAtOnce = 200;
const stopMs = 5000;
const leftOutEveryMs = 60_000;

/** Makes the writer. */
export function createAuditWriter(parts: AuditWriterParts): AuditWriter {
  const { store, log, clock, mostWaiting = 5000, gatherMs = 50, pauseMs = 1000 } = parts;
  const waiting: Waiting[] = [];
  const budget = createAuditBudget(parts.budget);
  const drops = createDropCount(log);
  const closing = new AbortController();
  const over = new AbortController();
  let hurry = new AbortController();
  let work: Promise<void> | null = null;
  let leftOut: NodeJS.Timeout | null = null;

  const rest = async (ms: number, ...signals: readonly AbortSignal[]) => {
    const isClosing = closing.signal.aborted;
    const signal = AbortSignal.any([isClosing ? over.signal : closing.signal, ...signals]);
    await wait(ms, undefined, { signal, ref: isClosing }).catch(() => {});
  };
  /** Those that were written, or never will be, in front of the queue. */
  const done = (count: number, error?: unknown) => {
    for (const each of waiting.splice(0, count)) tellOf(each, error);
  };
  const answers = () =>
    store.count({ severities: [] }).then(
      () => true,
      () => false,
    );

  const drain = async () => {
    let [next, size, tries] = [pauseMs, mostAtOnce, 0];
    while (waiting.length > 0 && !over.signal.aborted) {
      if (next === pauseMs && waiting.length < mostAtOnce) await rest(gatherMs, hurry.signal);
      hurry = new AbortController();
      const batch = waiting.slice(0, size);
      try {
        await store.addAll(batch.map(({ entry }) => entry));
        if (over.signal.aborted) return;
        done(batch.length);
        [next, size, tries] = [pauseMs, mostAtOnce, 0];
      } catch (error) {
        if (over.signal.aborted) return;
        if (next === pauseMs) log.warn({ err: error }, 'audit_not_written');
        // While the database is away no try is counted.
        const isRefused = await answers();
        for (const each of isRefused ? batch : waiting) tellOf(each, error);
        // One by one, so that the one it does not take holds up no others.
        if (isRefused && size > 1) size = 1;
        else if (isRefused) tries += 1;
        if (tries === mostTries) {
          tries = 0;
          drops.add(1);
          done(1, error);
          continue;
        }
        await rest(closing.signal.aborted ? Math.min(next, 100) : next, hurry.signal);
        hurry = new AbortController();
        next = Math.min(next * 2, 30 * pauseMs);
      }
    }
    work = null;
  };
  const push = (event: AuditEvent, tell?: Waiting['tell'][number]) => {
    // Written for whoever waits for it, however long the queue is: there are as many as there are requests.
    if (over.signal.aborted || (tell === undefined && waiting.length >= mostWaiting)) {
      drops.add(1);
      return tell?.(closed());
    }
    waiting.push({ entry: entryOf(event, clock()), tell: tell === undefined ? [] : [tell] });
    work ??= drain();
  };
  const pushLeftOut = () => {
    leftOut = null;
    for (const event of budget.leftOut()) push(event);
  };

  return {
    note(event) {
      if (isBounded(event) && !budget.takes(event, clock())) {
        leftOut ??= setTimeout(pushLeftOut, leftOutEveryMs).unref();
        return;
      }
      push(event);
    },
    keep: (event) =>
      new Promise((resolve, reject) => {
        push(event, (error) => (error === undefined ? resolve() : reject(error)));
        hurry.abort();
      }),
    kept: () =>
      new Promise((resolve, reject) => {
        const last = waiting.at(-1);
        if (last === undefined) return resolve();
        last.tell.push((error) => (error === undefined ? resolve() : reject(error)));
        hurry.abort();
      }),
    async close(deadlineMs = stopMs) {
      if (leftOut !== null) clearTimeout(leftOut);
      pushLeftOut();
      closing.abort();
      const timer = setTimeout(() => over.abort(), deadlineMs);
      await Promise.race([work, new Promise((resolve) => over.signal.addEventListener('abort', resolve))]);
      clearTimeout(timer);
      over.abort();
      drops.add(waiting.length);
      done(waiting.length, closed());
      drops.tell();
    },
  };
}

function tellOf({ tell }: Waiting, error: unknown): void {
  for (const one of tell.splice(0)) one(error);
}

function closed(): LatchkeyError {
  return new LatchkeyError('store_unavailable', { detail: 'the audit trail is closed' });
}
