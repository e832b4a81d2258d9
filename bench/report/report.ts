// Everything that a bench has found out, and the machine it was found on.
import { cpus } from 'node:os';
import type { GrowthStep } from '../growth/grow.ts';
import type { WorkerScaling } from '../growth/workers.ts';
import type { LoginCost } from '../harness/logins.ts';
import type { Profile } from '../harness/profile.ts';
import type { RedisCost } from '../harness/redis.ts';
import type { Results } from '../harness/rounds.ts';
import type { ServerName, Subject } from '../harness/subjects.ts';
import type { Options } from '../options.ts';

/** Memory of a server, and of a session there, in bytes. */
export interface MemoryCost {
  readonly idle: number;
  readonly loaded: number;
  /** In Redis, with the index entries of the first login. */
  readonly session: number;
  /** The Cookie header of somebody who is signed in. */
  readonly cookie: number;
}

/** A whole run. */
export interface Report {
  readonly options: Options;
  readonly command: string;
  readonly minutes: number;
  /** How many others wanted a core when it began. */
  readonly othersAtStart: number;
  readonly subjects: readonly Subject[];
  readonly results: Results;
  readonly redis: ReadonlyMap<string, RedisCost>;
  readonly logins: ReadonlyMap<ServerName, LoginCost>;
  readonly memory: ReadonlyMap<ServerName, MemoryCost>;
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly growth: readonly GrowthStep[];
  readonly workers: WorkerScaling | null;
}

/** The machine in a few words. */
export const machine = (): string => {
  const [first] = cpus();
  return `${cpus().length} cores (${first?.model.trim() ?? 'unknown'}), Node ${process.versions.node}, ${process.platform}`;
};
