// One measurement: a row of the table under a number of connections.
import { percentile, runLoad } from './load.ts';
import type { Subject } from './subjects.ts';
import { runningOf, type World } from './world.ts';

/** What one measurement says. */
export interface Figures {
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** CPU time of the server per request. */
  readonly cpuMicros: number;
  /** Bytes at the end. */
  readonly rss: number;
}

/** How hard and how long. */
export interface Effort {
  readonly connections: number;
  readonly seconds: number;
  /** Other requests than the row's own, such as those of many people. */
  readonly next?: () => Buffer;
}

/** Measures a row. */
export async function measure(world: World, subject: Subject, effort: Effort): Promise<Figures> {
  const { port, request } = world.requestOf(subject);
  const { child } = runningOf(world.running, subject.server);
  const marks: { cpuMicros: number; rss: number }[] = [];
  const { requests, seconds, latencies } = await runLoad({
    port,
    next: effort.next ?? (() => request),
    connections: effort.connections,
    seconds: effort.seconds,
    mark: async () => void marks.push(await child.usage()),
  });
  const [before, after] = marks;
  if (requests === 0 || before === undefined || after === undefined) {
    throw new Error(`${subject.id} answered nothing in ${effort.seconds} s`);
  }
  return {
    requestsPerSecond: requests / seconds,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    cpuMicros: (after.cpuMicros - before.cpuMicros) / requests,
    rss: after.rss,
  };
}
