// Slows guessing down, by account and by address, in a way that the right person still gets in.
import type { TryCounters, TryRule } from '../config/try-counters.ts';
import { sha256 } from '../crypto/digest.ts';
import { networkOf } from '../http/client-network.ts';
import { lookupForm } from './person-texts.ts';

/** Where a try comes from. */
export interface LoginOrigin {
  /** The IP address of the browser or program, not of a proxy of yours. */
  readonly address: string;
  /** A random value that this browser was given in a cookie at an earlier visit; null where there is none. */
  readonly device?: string | null;
  /** The request's id, for the event of a login that is refused. */
  readonly requestId?: string;
}

/** A try that was let through. */
export interface LetThrough {
  readonly waitSeconds: 0;
  /** The password was right: the try does not count, and the place is a known one from now on. */
  succeed(): Promise<void>;
}

/** Counts failed logins. */
export interface LoginLimit {
  begin(username: string, origin: LoginOrigin): Promise<LetThrough | { readonly waitSeconds: number }>;
  /** Forgets what was counted against an account as a whole, after an administrator has given it a new password. */
  forgive(username: string): Promise<void>;
}

const minute = 60_000;
/** One account from one place. */
const perPair: TryRule = { free: 5, pauseMs: minute / 2, longestPauseMs: 15 * minute, forgetMs: 60 * minute };
/** One address, whatever the account. */
const perAddress: TryRule = { ...perPair, free: 50 };
/** One account, from all places together that it has never been used from. */
const perAccount: TryRule = { ...perPair, free: 20 };
const knownSeconds = 90 * 24 * 60 * 60;

/**
 * Makes the limit. A browser, or an address, from which the account was used before counts by itself: whatever others
 * try elsewhere, it is let in. From everywhere else tries are counted together.
 */
export function createLoginLimit(counters: TryCounters): LoginLimit {
  const keysFor = async (account: string, origin: LoginOrigin): Promise<readonly [string, TryRule][]> => {
    const { device = null } = origin;
    const address = networkOf(origin.address);
    const byDevice = device === null ? null : keyOf('device', account, device);
    if (byDevice !== null && (await counters.remembers(byDevice))) return [[byDevice, perPair]];
    const byPair = keyOf('pair', account, address);
    const whole: [string, TryRule] = [keyOf('account', account), perAccount];
    // The address first: one that tries name after name must not push out what is known about others.
    return [
      [keyOf('address', address), perAddress],
      [byPair, perPair],
      ...((await counters.remembers(byPair)) ? [] : [whole]),
    ];
  };

  return {
    async begin(username, origin) {
      const account = lookupForm(username.trim());
      const keys = await keysFor(account, origin);
      const taken: string[] = [];
      for (const [key, rule] of keys) {
        const waitMs = await counters.take(key, rule);
        if (waitMs > 0) {
          for (const each of taken) await counters.giveBack(each);
          return { waitSeconds: Math.ceil(waitMs / 1000) };
        }
        taken.push(key);
      }
      return {
        waitSeconds: 0,
        async succeed() {
          const { device = null } = origin;
          for (const [key, rule] of keys) {
            // An address and an account are shared with others, whose failures stay counted.
            if (rule === perPair) await counters.forget(key);
            else await counters.giveBack(key);
          }
          await counters.remember(keyOf('pair', account, networkOf(origin.address)), knownSeconds);
          if (device !== null) await counters.remember(keyOf('device', account, device), knownSeconds);
        },
      };
    },
    async forgive(username) {
      await counters.forget(keyOf('account', lookupForm(username.trim())));
    },
  };
}

/** A digest, so that what was typed as a name (a password, at times) is not kept anywhere. */
function keyOf(...parts: readonly string[]): string {
  return sha256(JSON.stringify(parts));
}
