// How many requests one address or account may send: the limits, their defaults, and the port to where all nodes count.
import { z } from 'zod';

/** So many in so many seconds. All of them may come at once; after that they come back one by one over the seconds. */
export interface RateLimit {
  /** 1 to 1,000,000. */
  readonly requests: number;
  /** 1 to 86,400. */
  readonly seconds: number;
}

/** The limits of `createAuth`, each by address where it does not say otherwise; `false` switches one off. */
export interface RateLimits {
  /** Logins that begin: `/login`, and guards that send people to the provider. Default: 1200 in 60 seconds. */
  readonly login?: RateLimit | false;
  /** Callbacks that fail, unless the fault is ours or the provider's. Default: 120 in 60 seconds. */
  readonly callback?: RateLimit | false;
  /** Unknown opaque tokens and API keys, of which each costs a look-up. Default: 600 in 60 seconds. */
  readonly credentials?: RateLimit | false;
  /** Front-channel logouts, and back-channel logouts that are refused; each counted apart. Default: 600 in 60 seconds. */
  readonly logout?: RateLimit | false;
  /** Behind `auth.apiLimit()`: requests that are answered 4xx and no guard let in. Default: 6000 in 60 seconds. */
  readonly api?: RateLimit | false;
  /** Requests with tokens or API keys of one person or program, from all addresses together. Default: `false`. */
  readonly account?: RateLimit | false;
}

/** The name of a limit; stands in events. */
export type RateLimitName = keyof RateLimits;

/** Every limit; null where it is off. */
export type ResolvedLimits = Readonly<Record<RateLimitName, RateLimit | null>>;

/** Counts for all nodes together. It may reject when it is away; then each node goes on with its own count. */
export interface RateBackend {
  /**
   * Counts requests that came under a key. All but the last have been let through already, so they count in any case.
   * @param key - a digest; what is kept under it goes by itself when nothing of it counts any more
   * @returns 0 when the last one may go on, and counts too; else the milliseconds to wait
   */
  spend(key: string, limit: RateLimit, count: number): Promise<number>;
}

const perMinute = (requests: number): RateLimit => ({ requests, seconds: 60 });

/** Wide enough for an office of a thousand people behind one address; docs/operations.md has the sums. */
const defaults: ResolvedLimits = {
  login: perMinute(1200),
  callback: perMinute(120),
  credentials: perMinute(600),
  logout: perMinute(600),
  api: perMinute(6000),
  account: null,
};

const whole = (most: number) => {
  const error = `must be a whole number from 1 to ${most}.`;
  return z.number({ error }).int({ error }).min(1, { error }).max(most, { error });
};
const form = z.strictObject(
  { requests: whole(1_000_000), seconds: whole(86_400) },
  { error: 'must be false, or { requests, seconds } and nothing else.' },
);
const off = { requests: 1, seconds: 1 };
const limit = z.preprocess((given) => (given === false ? off : given), form).optional();

/** The form of the option `limits`. */
export const limitsForm = z.preprocess(
  (given) => (given === false ? {} : given),
  z
    .strictObject(
      { login: limit, callback: limit, credentials: limit, logout: limit, api: limit, account: limit },
      {
        error:
          'must be false, or have no other names than login, callback, credentials, logout, api, account.',
      },
    )
    .optional(),
);

/** The limits that hold, by options that have been checked. */
export function resolveLimits(given: RateLimits | false | undefined): ResolvedLimits {
  const names = Object.keys(defaults) as RateLimitName[];
  const limitOf = (name: RateLimitName): RateLimit | null => {
    const own = given === false ? false : given?.[name];
    return own === undefined ? defaults[name] : own || null;
  };
  return Object.fromEntries(names.map((name) => [name, limitOf(name)])) as ResolvedLimits;
}
