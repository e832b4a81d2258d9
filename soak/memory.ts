// The heap of each node after a forced collection, over the time of the run, and whether it stays.
import { setTimeout as wait } from 'node:timers/promises';
import type { AppProcess } from '../tests/support/app-process.ts';

/** One look at one node. */
export interface HeapSample {
  readonly at: number;
  readonly heapUsed: number;
  readonly rss: number;
}

export type HeapSamples = ReadonlyMap<AppProcess, readonly HeapSample[]>;

/** Looks at nodes when it is told to. */
export interface Memory {
  sample(nodes: readonly AppProcess[]): Promise<void>;
  readonly samples: HeapSamples;
}

const megabyte = 2 ** 20;

/** @param elapsed - seconds since the start */
export function createMemory(elapsed: () => number): Memory {
  const samples = new Map<AppProcess, HeapSample[]>();
  return {
    samples,
    async sample(nodes) {
      for (const node of nodes) {
        const own = samples.get(node) ?? [];
        const { heapUsed, rss } = await collected(node, own.length);
        samples.set(node, [...own, { at: elapsed(), heapUsed, rss }]);
      }
    },
  };
}

/** The line number so and so that the node says about its heap, after a signal to say one. */
async function collected(node: AppProcess, known: number): Promise<{ heapUsed: number; rss: number }> {
  node.signal('SIGUSR2');
  for (let tries = 0; tries < 100; tries += 1) {
    await wait(50);
    const line = [...node.output().matchAll(/^\{"msg":"heap".*\}$/gm)][known];
    if (line !== undefined) return JSON.parse(line[0]) as { heapUsed: number; rss: number };
  }
  throw new Error('a node does not say how large its heap is');
}

/** As `31.2 → 32.0 → 31.9 MB`. */
export const heapWords = (samples: readonly HeapSample[]): string =>
  `${samples.map(({ heapUsed }) => (heapUsed / megabyte).toFixed(1)).join(' → ')} MB`;
