// What is killed when, and which answers that excuses.
import { setTimeout as wait } from 'node:timers/promises';
import type { World } from './world.ts';

/** One kill and the start after it. */
interface Outage {
  readonly name: string;
  /** At which part of the run. */
  readonly at: number;
  readonly seconds: number;
  kill(world: World): Promise<void>;
  restart(world: World): Promise<void>;
}

const outages: readonly Outage[] = [
  {
    name: 'a node',
    at: 0.25,
    seconds: 3,
    kill: (world) => world.killNode(),
    restart: (world) => world.restartNode(),
  },
  {
    name: 'Redis',
    at: 0.45,
    seconds: 3,
    kill: (world) => world.redis.kill(),
    restart: (world) => world.redis.restart(),
  },
  {
    name: 'the provider',
    at: 0.65,
    seconds: 4,
    kill: (world) => world.provider.kill(),
    restart: (world) => world.provider.restart(),
  },
];

/** nginx asks a lost node again after 2 s, a node a lost provider after 2 s, and Redis connections come back in 2 s. */
const graceSeconds = 6;

/** When the last of them is over for everybody, as a part of the run. */
export const quietFrom = 0.85;

/** The outages so far. */
export interface Outages {
  /** Runs them all at their times. */
  run(world: World, seconds: number, stop: AbortSignal): Promise<void>;
  /** Whether something was away in these seconds of the run, or had just come back. */
  excuse(from: number, to: number): boolean;
}

/** @param elapsed - seconds since the start */
export function createOutages(elapsed: () => number, say: (words: string) => void): Outages {
  const past: { readonly from: number; to: number }[] = [];
  return {
    async run(world, seconds, stop) {
      for (const { name, at, seconds: away, kill, restart } of outages) {
        await wait(Math.max(0, at * seconds - elapsed()) * 1000, undefined, { signal: stop });
        await betweenRenewals(world, stop);
        const outage = { from: elapsed(), to: Number.POSITIVE_INFINITY };
        past.push(outage);
        await kill(world);
        say(`${outage.from.toFixed(1)} s  SIGKILL: ${name}`);
        await wait(away * 1000, undefined, { signal: stop });
        await restart(world);
        outage.to = elapsed() + graceSeconds;
        say(`${elapsed().toFixed(1)} s  back: ${name}`);
      }
    },
    excuse: (from, to) => past.some((outage) => from <= outage.to && to >= outage.from),
  };
}

/**
 * A moment in which no renewal is under way, nor its answer. The provider takes back a refresh token when it is used, so
 * whoever dies between that and our writing the next one takes the session along; no client can help that.
 */
async function betweenRenewals({ provider }: World, stop: AbortSignal): Promise<void> {
  const isCalm = () => {
    const { underWay, lastEndedAt } = provider.tokenCalls();
    return underWay <= 0 && performance.now() - lastEndedAt > calmMs;
  };
  while (!isCalm()) await wait(5, undefined, { signal: stop });
}

/** Long enough for a node of a busy machine to write what it was given. */
const calmMs = 250;
