// The limits as routes and guards use them: counts a request by its address, and refuses with 429.
import type { Request } from 'express';
import type { Clock } from '../clock.ts';
import type { RateBackend, RateLimitName, ResolvedLimits } from '../config/rate-limits.ts';
import { LatchkeyError } from '../errors.ts';
import type { Emit, EventContext } from '../events.ts';
import { clientAddress } from './client-address.ts';
import { networkOf } from './client-network.ts';
import { createRateCounts } from './rate-counts.ts';

/** Limits for requests. Where a limit is off nothing is counted and nothing refused. */
export interface RequestLimits {
  /** Counts the request. Throws or rejects with `too_many_requests` where it has to wait. */
  take(name: RateLimitName, req: Request, what?: Counted): Promise<void> | undefined;
  /** Takes back what `take` has counted. */
  giveBack(name: RateLimitName, req: Request, what?: Counted): void;
  /**
   * Throws `too_many_requests` where the next one would have to wait, unless `passes`. Counts nothing.
   * @returns how much of the limit this address has used up, from 0 to 1
   */
  check(name: RateLimitName, req: Request, passes: () => boolean): number;
  /** Counts a request that is refused anyway; the error for it where there were too many. */
  refuse(name: RateLimitName, req: Request, what?: Counted): Promise<LatchkeyError | null>;
  /** Counts a request that has been answered. */
  count(name: RateLimitName, req: Request): void;
}

/** What is counted, where it is not just the address. */
export interface Counted {
  /** Counted by this in place of the address; other nodes are told a digest of it. Asked only where the limit is on. */
  readonly account?: () => string;
  /** Counts of one limit that are kept apart. */
  readonly part?: string;
}

/** What limiting needs. */
export interface RequestLimitsParts {
  readonly limits: ResolvedLimits;
  /** Where all nodes count; undefined where there is one alone. */
  readonly rates: RateBackend | undefined;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly contextOf: (req: Request) => EventContext;
}

export function createRequestLimits(parts: RequestLimitsParts): RequestLimits {
  const { limits, emit, contextOf, clock, rates } = parts;
  const counts = createRateCounts({ clock, shared: rates ?? null });
  const tooMany = (name: RateLimitName, req: Request, what: Counted, waitMs: number): LatchkeyError => {
    const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000));
    const by = what.account === undefined ? 'address' : 'account';
    // A flood must not become a flood of log lines.
    const refused = counts.noteRefused(keyOf(name, req, what));
    if (refused !== null) {
      emit({ ...contextOf(req), type: 'rate_limited', limit: name, by, refused, retryAfterSeconds });
    }
    const detail = `the limit "${name}" by ${by}`;
    return new LatchkeyError('too_many_requests', { retryAfterSeconds, detail });
  };
  const refuse: RequestLimits['refuse'] = async (name, req, what = {}) => {
    const limit = limits[name];
    const waitMs = limit === null ? 0 : await counts.take(keyOf(name, req, what), limit);
    return waitMs === 0 ? null : tooMany(name, req, what, waitMs);
  };
  return {
    refuse,
    take(name, req, what = {}) {
      const limit = limits[name];
      if (limit === null) return undefined;
      const refuseWhere = (waitMs: number): void => {
        if (waitMs > 0) throw tooMany(name, req, what, waitMs);
      };
      const waitMs = counts.take(keyOf(name, req, what), limit);
      if (typeof waitMs !== 'number') return waitMs.then(refuseWhere);
      refuseWhere(waitMs);
      return undefined;
    },
    giveBack(name, req, what = {}) {
      const limit = limits[name];
      if (limit !== null) counts.giveBack(keyOf(name, req, what), limit);
    },
    check(name, req, passes) {
      const limit = limits[name];
      if (limit === null) return 0;
      const key = keyOf(name, req, {});
      const waitMs = counts.waitMs(key, limit);
      if (waitMs > 0 && !passes()) throw tooMany(name, req, {}, waitMs);
      return counts.used(key, limit);
    },
    count(name, req) {
      const limit = limits[name];
      if (limit !== null) void counts.take(keyOf(name, req, {}), limit);
    },
  };
}

/** All whose address a trusted proxy has lost are counted together. */
function keyOf(name: RateLimitName, req: Request, { account, part = '' }: Counted): string {
  if (account !== undefined) return `${name}${part} ${account()}`;
  const apart = isSentByOtherPage(req) ? ' beside' : '';
  return `${name}${part}${apart} ${networkOf(clientAddress(req) ?? 'unknown')}`;
}

/**
 * A page of another site makes a visitor's browser send what it likes, and must not use up what is there for everybody
 * at the visitor's address. It cannot hide what it is (Fetch Metadata), and whoever sends both kinds has twice the limit.
 */
function isSentByOtherPage({ headers }: Request): boolean {
  const site = headers['sec-fetch-site'];
  const isForeign = site === 'cross-site' || site === 'same-site';
  return isForeign && headers['sec-fetch-dest'] !== 'document';
}
