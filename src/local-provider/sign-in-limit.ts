// Slows down guessing: a few wrong passwords per login name and address, then a pause.
import { type Clock, systemClock } from '../clock.ts';
import { sha256 } from '../crypto/digest.ts';

/** Counts failed sign-ins. */
export interface SignInLimit {
  /**
   * Counts an attempt as failed until `succeed` says otherwise, so that many at once do not all slip through.
   * @returns 0 when it may go on, else the seconds to wait
   */
  begin(login: string, address: string): number;
  succeed(login: string, address: string): void;
}

/** Options of `createSignInLimit`. */
export interface SignInLimitOptions {
  /** Default: the system clock. */
  readonly clock?: Clock;
  /** Wrong passwords before the pause. Default 5. */
  readonly attempts?: number;
  /** The pause, counted from the first failure. Default 300. */
  readonly windowSeconds?: number;
  /** Pairs of name and address that are remembered; the oldest go first. Default 10,000. */
  readonly maxEntries?: number;
}

interface Failures {
  count: number;
  readonly until: number;
}

/** Makes a limit in the memory of this process. */
export function createSignInLimit(options: SignInLimitOptions = {}): SignInLimit {
  const { clock = systemClock, attempts = 5, windowSeconds = 300, maxEntries = 10_000 } = options;
  const failures = new Map<string, Failures>();

  return {
    begin(login, address) {
      const key = keyOf(login, address);
      const known = failures.get(key);
      if (known === undefined || known.until <= clock()) {
        failures.delete(key);
        failures.set(key, { count: 1, until: clock() + windowSeconds * 1000 });
        const oldest = failures.keys().next().value;
        if (failures.size > maxEntries && oldest !== undefined) failures.delete(oldest);
        return 0;
      }
      if (known.count >= attempts) return Math.ceil((known.until - clock()) / 1000);
      known.count += 1;
      return 0;
    },
    succeed(login, address) {
      failures.delete(keyOf(login, address));
    },
  };
}

/** A digest, so that what was typed as a name (a password, at times) is not kept in memory. */
function keyOf(login: string, address: string): string {
  return sha256(`${address}\n${login.trim().toLowerCase()}`);
}
