// One check of the doctor: what was seen, whether it is well, and how to mend it.

/** How a check came out. */
export type CheckResult = 'ok' | 'warn' | 'fail';

/** What is printed about it. */
export interface Check {
  /** A stable name. */
  readonly name: string;
  readonly result: CheckResult;
  /** A sentence. */
  readonly seen: string;
  /** How to mend it; null where nothing is to be mended. */
  readonly mend: string | null;
}

/** One thing that is not as it should be. */
export interface Trouble {
  readonly result: 'warn' | 'fail';
  readonly seen: string;
  readonly mend: string;
}

export const ok = (name: string, seen: string): Check => ({ name, result: 'ok', seen, mend: null });
export const warn = (name: string, seen: string, mend: string): Check => ({
  name,
  result: 'warn',
  seen,
  mend,
});
export const fail = (name: string, seen: string, mend: string): Check => ({
  name,
  result: 'fail',
  seen,
  mend,
});

/** All troubles of one check together; where there is none, what was seen. */
export function summedUp(name: string, troubles: readonly Trouble[], seen: string): Check {
  if (troubles.length === 0) return ok(name, seen);
  return {
    name,
    result: troubles.some(({ result }) => result === 'fail') ? 'fail' : 'warn',
    seen: troubles.map((trouble) => trouble.seen).join(' '),
    mend: [...new Set(troubles.map(({ mend }) => mend))].join(' '),
  };
}
