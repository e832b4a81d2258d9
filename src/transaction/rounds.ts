// Counts how often a login that a guard began has just come round again, in a small sealed cookie of one minute.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Sealer } from '../crypto/seal.ts';
import { type CookiePolicy, clearCookie, cookieValues, setCookie } from '../http/cookies.ts';
import type { Rounds, Transaction } from './transaction.ts';

/** Logins in a row that a guard may begin within a minute for somebody who is not signed in after each of them. */
export const maxRounds = 3;
/** The same for somebody who is signed in and steps up: pages may well ask for several things one after another. */
export const maxStepUpRounds = 6;
const windowSeconds = 60;
const noRounds: Rounds = { count: 0, since: 0 };

const cookieSchema = z.object({ count: z.number(), since: z.number(), at: z.number() });

/**
 * The row of logins that one browser went through by itself. A login takes over the row that its guard saw, so ten
 * tabs that log in side by side make one round and not ten.
 */
export interface RoundsCookie {
  /** The row that a login begun now would continue. */
  read(req: IncomingMessage): Rounds;
  /**
   * The row that a login at its end belongs to. Where the guard saw no cookie (something on the way to that page
   * drops cookies) the one that the callback sees counts, if that login began after the last had finished.
   */
  before(req: IncomingMessage, transaction: Pick<Transaction, 'rounds' | 'startedAt'>): Rounds;
  /** One more login has finished. */
  note(res: ServerResponse, before: Rounds): void;
  clear(req: IncomingMessage, res: ServerResponse): void;
}

export function createRoundsCookie(policy: CookiePolicy, sealer: Sealer, now: () => number): RoundsCookie {
  const name = policy.roundsName;
  const live = (rounds: Rounds | null) =>
    rounds !== null && now() - rounds.since < windowSeconds * 1000 ? rounds : noRounds;

  const open = (req: IncomingMessage) => {
    for (const value of cookieValues(req, name)) {
      const text = sealer.open('rounds', value);
      const opened = text === null ? null : cookieSchema.safeParse(JSON.parse(text));
      if (opened?.success) return opened.data;
    }
    return null;
  };
  const read = (req: IncomingMessage): Rounds => {
    const { count, since } = live(open(req));
    return { count, since };
  };

  return {
    read,
    before(req, { rounds, startedAt }) {
      // Somebody chose to sign in: that begins a new row.
      if (rounds === null) return noRounds;
      if (rounds.count > 0) return live(rounds);
      const last = open(req);
      return last !== null && startedAt > last.at ? read(req) : noRounds;
    },
    note(res, before) {
      const at = now();
      const { count, since } = live(before);
      const value = { count: count + 1, since: count === 0 ? at : since, at };
      setCookie(res, policy, name, sealer.seal('rounds', JSON.stringify(value)), windowSeconds);
    },
    clear(req, res) {
      if (cookieValues(req, name).length > 0) clearCookie(res, policy, name);
    },
  };
}
