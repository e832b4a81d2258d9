// Counts what was asked and answered, and keeps what must not have happened.

/** Requests by kind and status, and offences. */
export interface Tally {
  note(kind: string, status: number): void;
  /** Something that fails the run. */
  offence(what: Offence, words: string): void;
  count(what: Offence): number;
  /** How many were answered with the status, over the kinds that the test takes. */
  answered(status: number, isOf: (kind: string) => boolean): number;
  total(): number;
  /** A line for each kind, and one for each of the first offences. */
  lines(): readonly string[];
}

export type Offence =
  | 'session lost'
  | 'session alive after its end'
  | 'server error'
  | 'person limited'
  | 'away without an outage'
  | 'odd answer';

const shownOffences = 20;

/** @param elapsed - seconds since the start */
export function createTally(elapsed: () => number): Tally {
  const counts = new Map<string, Map<number, number>>();
  const offences = new Map<Offence, number>();
  const shown: string[] = [];
  let total = 0;
  return {
    note(kind, status) {
      total += 1;
      const ofKind = counts.get(kind) ?? new Map<number, number>();
      counts.set(kind, ofKind.set(status, (ofKind.get(status) ?? 0) + 1));
    },
    offence(what, words) {
      offences.set(what, (offences.get(what) ?? 0) + 1);
      if (shown.length < shownOffences) shown.push(`${elapsed().toFixed(1)} s  ${what}: ${words}`);
    },
    count: (what) => offences.get(what) ?? 0,
    answered: (status, isOf) =>
      [...counts].reduce((sum, [kind, of]) => sum + (isOf(kind) ? (of.get(status) ?? 0) : 0), 0),
    total: () => total,
    lines: () => [
      ...[...counts].sort(([a], [b]) => a.localeCompare(b)).map(([kind, of]) => lineOf(kind, of)),
      ...shown,
    ],
  };
}

function lineOf(kind: string, of: ReadonlyMap<number, number>): string {
  const answers = [...of].sort(([a], [b]) => a - b).map(([status, count]) => `${status || 'none'}: ${count}`);
  return `${kind.padEnd(28)}${answers.join('  ')}`;
}
