// Writes the events of the outgoing side to a log: calls when debugging, failures always, nothing secret in either.
import type { MachineEvent, MachineEventListener } from './events.ts';

/** A logger such as pino's: facts first, then the message. */
export interface CallLog {
  debug(facts: Readonly<Record<string, unknown>>, message: string): void;
  info(facts: Readonly<Record<string, unknown>>, message: string): void;
  warn(facts: Readonly<Record<string, unknown>>, message: string): void;
}

const longestText = 500;

/**
 * Makes a listener for `onEvent`. Each call is logged with method, host, path without the query, status, milliseconds
 * and trace id at the level `debug`; what failed on the way to a token is a warning.
 * @param options - `debug: true` logs calls at `info`, so that they show whatever the level of the log is:
 *   `logCalls(log, outgoingFrom(process.env))`
 */
export function logCalls(log: CallLog, options: { readonly debug?: boolean } = {}): MachineEventListener {
  return ({ type, ...facts }: MachineEvent) => {
    const level = type.endsWith('_failed') ? 'warn' : options.debug === true ? 'info' : 'debug';
    const short = Object.entries(facts).map(([name, value]) => [
      name,
      typeof value === 'string' && value.length > longestText ? `${value.slice(0, longestText)}…` : value,
    ]);
    log[level](Object.fromEntries(short), type);
  };
}
