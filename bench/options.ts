// The command line of the bench.
import { parseArgs } from 'node:util';
import { type ServerName, servers } from './harness/subjects.ts';

/** What is to be done. */
export interface Options {
  readonly servers: readonly ServerName[];
  readonly rounds: number;
  /** Seconds of one measurement. */
  readonly seconds: number;
  readonly connections: readonly number[];
  readonly logins: number;
  /** Sessions to grow to; empty: no growth. */
  readonly growth: readonly number[];
  readonly profiles: boolean;
  /** Whether docs/ is written. */
  readonly write: boolean;
  readonly workers: number;
}

export const usage = `npm run bench -- [options]
  --quick               a few seconds: shows that everything works, writes nothing
  --rounds <n>          interleaved rounds (3)
  --seconds <n>         of one measurement (2)
  --servers <a,b>       of ${Object.keys(servers).join(', ')} (all; the first is the base and always there)
  --max-sessions <n>    grow Redis to so many sessions (1000000; 0: not at all)
  --workers <n>         measure so many workers of the app as well, where the machine has the cores
  --cpu-prof            measure nothing, show where the time goes
  --no-write            leave docs/ as it is`;

/** Reads it. @throws TypeError for what it does not know */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      servers: { type: 'string' },
      'max-sessions': { type: 'string' },
      workers: { type: 'string' },
      'cpu-prof': { type: 'boolean', default: false },
      write: { type: 'boolean', default: true },
    },
  });
  const { quick } = values;
  const onlyProfiles = values['cpu-prof'];
  const named = values.servers?.split(',');
  const chosen = named?.map(serverNamed) ?? (quick ? ownServers : allServers);
  const most = numberOf('max-sessions', values['max-sessions'], quick ? 0 : 1_000_000);
  return {
    servers: ['raw', ...chosen.filter((name) => name !== 'raw')],
    rounds: onlyProfiles ? 0 : numberOf('rounds', values.rounds, quick ? 1 : 3),
    seconds: numberOf('seconds', values.seconds, quick ? 0.1 : 2),
    connections: quick ? [32] : [1, 32, 128],
    logins: onlyProfiles ? 0 : quick ? 1 : 40,
    growth: onlyProfiles ? [] : [1000, 10_000, 100_000, 1_000_000].filter((size) => size <= most),
    profiles: onlyProfiles || !quick,
    // What was not measured in full must not replace what was.
    write: values.write && !quick && !onlyProfiles && named === undefined,
    workers: numberOf('workers', values.workers, 0),
  };
}

const allServers = Object.keys(servers) as readonly ServerName[];
const ownServers: readonly ServerName[] = ['raw', 'express-session', 'latchkey'];

function serverNamed(name: string): ServerName {
  if (Object.hasOwn(servers, name)) return name as ServerName;
  throw new TypeError(`--servers: there is no ${name}`);
}

function numberOf(name: string, text: string | undefined, standard: number): number {
  const value = text === undefined ? standard : Number(text);
  if (!Number.isFinite(value) || value < 0) throw new TypeError(`--${name} needs a number`);
  return value;
}
