// Slows down guessing: a few wrong passwords per login name and address, then a pause.
import { type Clock, systemClock } from '../clock.ts';
import { sha256 } from '../crypto/digest.ts';
import { networkOf } from '../http/client-network.ts';

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
  /** Wrong passwords per address, whatever the name, before the pause. Default 50. */
  readonly attemptsPerAddress?: number;
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
  const { clock = systemClock, attempts = 5, attemptsPerAddress = 50 } = options;
  const { windowSeconds = 300, maxEntries = 10_000 } = options;
  const failures = new Map<string, Failures>();

  const count = (key: string, most: number): number => {
    const known = failures.get(key);
    if (known === undefined || known.until <= clock()) {
      failures.delete(key);
      failures.set(key, { count: 1, until: clock() + windowSeconds * 1000 });
      const oldest = failures.keys().next().value;
      if (failures.size > maxEntries && oldest !== undefined) failures.delete(oldest);
      return 0;
    }
    if (known.count >= most) return Math.ceil((known.until - clock()) / 1000);
    known.count += 1;
    return 0;
  };

  return {
    begin(login, address) {
      // The address first: one that tries name after name cannot push the others' entries out.
      return count(addressKey(address), attemptsPerAddress) || count(keyOf(login, address), attempts);
    },
    succeed(login, address) {
      failures.delete(keyOf(login, address));
      const whole = failures.get(addressKey(address));
      if (whole !== undefined) whole.count -= 1;
    },
  };
}

function addressKey(address: string): string {
  return sha256(`any name\n\n${networkOf(address)}`);
}

/** A digest, so that what was typed as a name (a password, at times) is not kept in memory. */
function keyOf(login: string, address: string): string {
  return sha256(`${networkOf(address)}\n${login.trim().toLowerCase()}`);
}
