// The command line of the soak.
import { parseArgs } from 'node:util';

/** What is to be done. */
export interface Options {
  readonly seconds: number;
  /** Requests per second of everybody together. */
  readonly rate: number;
}

/** The least time in which all three kills have their place, and quiet before and after. */
export const leastSeconds = 45;

export const usage = `npm run soak -- [options]
  --seconds <n>   how long (600, at least ${leastSeconds})
  --rate <n>      requests per second, all together (120, from 40 to 400)`;

/** Reads it. @throws TypeError for what it does not know */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: { seconds: { type: 'string', default: '600' }, rate: { type: 'string', default: '120' } },
  });
  return {
    seconds: between('seconds', values.seconds, leastSeconds, 86_400),
    rate: between('rate', values.rate, 40, 400),
  };
}

function between(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (value >= least && value <= most) return value;
  throw new TypeError(`--${name} needs a number from ${least} to ${most}`);
}
