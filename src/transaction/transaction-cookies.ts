// The cookies of logins in flight: one each, five at most, the oldest gives way.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Sealer } from '../crypto/seal.ts';
import { type CookiePolicy, clearCookie, readCookies, setCookie } from '../http/cookies.ts';
import { openTransaction, sealTransaction, type Transaction, transactionSeconds } from './transaction.ts';

/** How many logins may be in flight in one browser. */
export const maxTransactions = 5;
/** What the cookies of all of them may weigh, in characters: proxies commonly refuse a Cookie header above 8 KB. */
export const maxTransactionCharacters = 4500;

/** Keeps, finds and clears the cookies of logins in flight. */
export interface TransactionCookies {
  add(req: IncomingMessage, res: ServerResponse, transaction: Transaction): void;
  find(req: IncomingMessage, id: string): Transaction | null;
  remove(res: ServerResponse, id: string): void;
  /** Whether a login is in flight. */
  isAny(req: IncomingMessage): boolean;
  /** Clears those that nobody asked for, so that they sign nobody in any more. */
  removeSilent(req: IncomingMessage, res: ServerResponse): void;
}

export function createTransactionCookies(
  policy: CookiePolicy,
  sealer: Sealer,
  now: () => number,
): TransactionCookies {
  const prefix = policy.transactionPrefix;

  const inFlight = (req: IncomingMessage) => {
    const live: { id: string; startedAt: number; silent: boolean; size: number }[] = [];
    const dead: string[] = [];
    for (const [name, value] of readCookies(req)) {
      if (!name.startsWith(prefix)) continue;
      const transaction = openTransaction(name.slice(prefix.length), value, sealer, now());
      if (transaction === null) {
        dead.push(name);
        continue;
      }
      const { id, startedAt, silent } = transaction;
      live.push({ id, startedAt, silent, size: name.length + value.length });
    }
    return { live, dead };
  };

  return {
    add(req, res, transaction) {
      const { live, dead } = inFlight(req);
      const value = sealTransaction(transaction, sealer);
      let size = prefix.length + transaction.id.length + value.length;
      const newestFirst = live.sort((a, b) => b.startedAt - a.startedAt);
      const evicted = newestFirst.filter((other, index) => {
        size += other.size;
        return index + 1 >= maxTransactions || size > maxTransactionCharacters;
      });
      // A planted cookie may carry a name that no header takes; then it is left to itself.
      const names = [...dead, ...evicted.map(({ id }) => prefix + id)].filter((name) =>
        /^[\w.-]+$/.test(name),
      );
      for (const name of new Set(names.slice(0, maxTransactions * 2))) clearCookie(res, policy, name);
      setCookie(res, policy, prefix + transaction.id, value, transactionSeconds);
    },
    find(req, id) {
      for (const [name, value] of readCookies(req)) {
        if (name !== prefix + id) continue;
        const transaction = openTransaction(id, value, sealer, now());
        if (transaction !== null) return transaction;
      }
      return null;
    },
    remove: (res, id) => clearCookie(res, policy, prefix + id),
    isAny: (req) => inFlight(req).live.length > 0,
    removeSilent(req, res) {
      for (const { id, silent } of inFlight(req).live) if (silent) clearCookie(res, policy, prefix + id);
    },
  };
}
