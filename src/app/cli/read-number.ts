// Reads a number from an option.
import type { CommandCall } from './command.ts';
import { CommandError } from './command-error.ts';

const most = 1_000_000;

/** A whole number; `fallback` where the option is not there. */
export function wholeNumber<T extends number | null>(
  values: CommandCall['values'],
  name: string,
  fallback: T,
  least: number,
): number | T {
  const text = values[name];
  if (text === undefined) return fallback;
  const value = typeof text === 'string' && /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new CommandError('usage', `--${name} takes a whole number from ${least} to ${most}.`);
}
