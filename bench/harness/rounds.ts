// Interleaved rounds: every row once per round, so that a disturbed minute hits all of them.
import { type Figures, measure } from './measure.ts';
import { median } from './median.ts';
import type { Subject } from './subjects.ts';
import type { World } from './world.ts';

/** All figures of a row at one number of connections, a round each. */
export type Series = readonly Figures[];

/** Rows by id, then by number of connections. */
export type Results = ReadonlyMap<string, ReadonlyMap<number, Series>>;

/** How much is done. */
export interface RoundsPlan {
  readonly subjects: readonly Subject[];
  readonly connections: readonly number[];
  readonly rounds: number;
  readonly seconds: number;
  readonly say: (words: string) => void;
}

/** Warms every server up and runs the rounds. */
export async function runRounds(world: World, plan: RoundsPlan): Promise<Results> {
  const { subjects, seconds, say } = plan;
  const results = new Map(subjects.map(({ id }) => [id, new Map<number, Figures[]>()]));
  for (const subject of subjects) await warmUp(world, subject, seconds);
  for (let round = 1; round <= plan.rounds; round += 1) {
    for (const connections of plan.connections) {
      for (const subject of subjects) {
        const figures = await measure(world, subject, { connections, seconds });
        const row = results.get(subject.id);
        row?.set(connections, [...(row.get(connections) ?? []), figures]);
      }
    }
    say(`round ${round} of ${plan.rounds} done`);
  }
  return results;
}

const warmRequests = 15_000;
const longestWarmUp = 8;

/** Code that has run often enough is compiled once more and for good; on a busy machine that takes longer. */
async function warmUp(world: World, subject: Subject, seconds: number): Promise<void> {
  const turn = Math.min(1, seconds);
  // A measurement of a tenth of a second is a look at whether it works.
  const turns = seconds < 0.5 ? 1 : longestWarmUp;
  for (let requests = 0, done = 0; done < turns && requests < warmRequests; done += 1) {
    const { requestsPerSecond } = await measure(world, subject, { connections: 32, seconds: turn });
    requests += requestsPerSecond * turn;
  }
}

/** The median of one figure over the rounds. */
export function middle(results: Results, id: string, connections: number, key: keyof Figures): number {
  return median(seriesOf(results, id, connections).map((figures) => figures[key]));
}

/** The median over the rounds of a row's figure divided by the base's in the same round. */
export function ratio(
  results: Results,
  [id, base]: readonly [id: string, base: string],
  connections: number,
  key: keyof Figures,
): number {
  const bases = seriesOf(results, base, connections);
  return median(
    seriesOf(results, id, connections).map(
      (figures, round) => figures[key] / (bases[round]?.[key] ?? Number.NaN),
    ),
  );
}

function seriesOf(results: Results, id: string, connections: number): Series {
  return results.get(id)?.get(connections) ?? [];
}
