// What everybody in a soak shares: where the site is, the clock, the tally, and how fast to go.
import { setTimeout as wait } from 'node:timers/promises';
import type { BrowserClient } from '../tests/support/browser-client.ts';
import type { Outages } from './outages.ts';
import type { Tally } from './tally.ts';

/** The scene. */
export interface Scene {
  readonly site: string;
  readonly issuer: string;
  readonly tally: Tally;
  readonly outages: Outages;
  /** Seconds since the start. */
  elapsed(): number;
  /** Between two steps of one person, in milliseconds. */
  readonly pauseMs: number;
  readonly garbagePerSecond: number;
  isOver(): boolean;
  /** Browsers that stay signed in to the end. */
  readonly residents: SignedIn[];
  /** Copies of browsers from before their logout. */
  readonly ended: SignedIn[];
  /** Seconds of life of all sessions so far, and how many there were. */
  readonly lived: { seconds: number; sessions: number };
}

/** A browser with a session. */
export interface SignedIn {
  readonly login: string;
  readonly browser: BrowserClient;
  readonly since: number;
}

/** A pause of about the scene's length; never the same twice, so that nobody marches in step. */
export const pause = ({ pauseMs }: Scene, times = 1): Promise<void> =>
  wait(pauseMs * times * (0.5 + Math.random()));
