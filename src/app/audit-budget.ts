// Bounds how many entries of a kind are written in a minute, and counts the others: nobody fills the database from outside.
import { networkOf } from '../index.ts';
import type { AppEvent } from './app-event.ts';

/** So many of one kind from one address were not written one by one. Each has its line in the log. */
export interface EventsLeftOut {
  readonly type: 'events_left_out';
  readonly of: AppEvent['type'];
  readonly count: number;
  /** In IPv6 the network. Absent: from several addresses, or nobody knows. */
  readonly ip?: string;
}

/** Counts by the minute. */
export interface AuditBudget {
  /** Whether this one is written. */
  takes(event: AppEvent, at: number): boolean;
  /** What was left out since this was asked before. */
  leftOut(): readonly EventsLeftOut[];
}

/** How much a minute holds. */
export interface AuditBudgetOptions {
  /** Entries of one kind. Default: 600. */
  readonly perKind?: number;
  /** Entries of one kind from one address, or one network of IPv6. Default: 60. */
  readonly perAddress?: number;
}

const minuteMs = 60_000;
/** Addresses that are counted one by one; all others count together. */
const mostAddresses = 1000;

/** Makes it. */
export function createAuditBudget({ perKind = 600, perAddress = 60 }: AuditBudgetOptions = {}): AuditBudget {
  let minute = Number.NaN;
  let taken = new Map<string, number>();
  const omitted = new Map<string, EventsLeftOut>();
  const more = (key: string): number => {
    const count = (taken.get(key) ?? 0) + 1;
    taken.set(key, count);
    return count;
  };
  return {
    takes(event, at) {
      const now = Math.floor(at / minuteMs);
      if (now !== minute) taken = new Map();
      minute = now;
      const known = addressOf(event);
      const isCounted =
        known === undefined || taken.has(`${event.type} ${known}`) || taken.size < mostAddresses;
      const ip = isCounted ? known : undefined;
      const key = `${event.type} ${ip ?? ''}`;
      // The address first: one that sends too much must not use up what is there for all.
      if (more(key) <= perAddress && more(event.type) <= perKind) return true;
      const { count = 0 } = omitted.get(key) ?? {};
      const next = { type: 'events_left_out', of: event.type, count: count + 1 } as const;
      omitted.set(key, ip === undefined ? next : { ...next, ip });
      return false;
    },
    leftOut() {
      const told = [...omitted.values()];
      omitted.clear();
      return told;
    },
  };
}

/** One customer has a whole network of IPv6: counted address by address it would have the budget of everybody. */
function addressOf(event: AppEvent): string | undefined {
  const address = 'address' in event ? event.address : 'ip' in event ? event.ip : undefined;
  const network = address === undefined ? undefined : networkOf(address);
  return network?.includes(':') ? `${network}::/64` : network;
}
