// The cookies of logins in flight: one each, five at most, the oldest gives way, junk is cleared away.
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createSealer } from '../../../src/crypto/seal.ts';
import { createCookiePolicy } from '../../../src/http/cookies.ts';
import { type StartedTransaction, startTransaction } from '../../../src/transaction/transaction.ts';
import { createTransactionCookies, maxTransactions } from '../../../src/transaction/transaction-cookies.ts';

const start = Date.UTC(2026, 0, 1);
const sealer = createSealer(['a secret of more than thirty-two characters']);
const policy = createCookiePolicy(new URL('https://app.example'));
const prefix = policy.transactionPrefix;

/** What the cookie keeps of a login that began. */
const withoutState = ({ state: _, ...transaction }: StartedTransaction) => transaction;

/** A browser's jar for these cookies, and a clock that moves a second per login. */
const openBrowser = (planted: Record<string, string> = {}) => {
  let time = start;
  const jar = new Map(Object.entries(planted));
  const cookies = createTransactionCookies(policy, sealer, () => time);
  const exchange = <T>(run: (req: IncomingMessage, res: ServerResponse) => T) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const req = Object.assign(new IncomingMessage(new Socket()), { headers: { cookie } });
    const res = new ServerResponse(req);
    const result = run(req, res);
    const lines = [res.getHeader('set-cookie') ?? []].flat().map(String);
    for (const line of lines) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    return { result, lines };
  };
  const begin = (returnTo = '/page') => {
    time += 1000;
    const wish = { issuer: 'https://op.example', returnTo, maxAge: null, acrValues: null, restarts: 0 };
    const transaction = startTransaction(wish, sealer, time);
    const { lines } = exchange((req, res) => cookies.add(req, res, transaction));
    return { transaction, lines };
  };
  const find = (id: string) => exchange((req) => cookies.find(req, id)).result;
  const remove = (id: string) => exchange((_req, res) => cookies.remove(res, id));
  const advance = (seconds: number): void => {
    time += seconds * 1000;
  };
  return { jar, begin, find, remove, advance };
};

describe('logins side by side', () => {
  it('each have their own cookie, and each is found', () => {
    const { begin, find, jar } = openBrowser();
    const all = Array.from({ length: maxTransactions }, (_, index) => begin(`/page/${index}`).transaction);
    expect(jar.size).toBe(maxTransactions);
    for (const transaction of all) expect(find(transaction.id)).toEqual(withoutState(transaction));
  });

  it('are five at most: the oldest gives way', () => {
    const { begin, find, jar } = openBrowser();
    const all = Array.from({ length: 8 }, () => begin().transaction);
    expect(jar.size).toBe(maxTransactions);
    expect(all.map(({ id }) => find(id) !== null)).toEqual([...Array(3).fill(false), ...Array(5).fill(true)]);
  });

  it('end one by one', () => {
    const { begin, find, remove } = openBrowser();
    const [one, two] = [begin().transaction, begin().transaction];
    remove(one.id);
    expect(find(one.id)).toBeNull();
    expect(find(two.id)).toEqual(withoutState(two));
  });

  it('have every flag, and last as long as a login may take', () => {
    const { begin } = openBrowser();
    expect(begin().lines.join()).toMatch(/; Max-Age=900; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  });

  it('fit into a cookie with the longest page to come back to', () => {
    const { lines } = openBrowser().begin(`/${'a'.repeat(2047)}`);
    expect(lines.join('').length).toBeLessThan(4000);
  });
});

describe('cookies that are no login in flight', () => {
  it('are cleared at the next login: too old, or junk', () => {
    const browser = openBrowser({ [`${prefix}junk`]: 'x', 'theirs.tx.1': 'y' });
    const { transaction } = browser.begin();
    browser.advance(3600);
    const { transaction: fresh } = browser.begin();
    expect([...browser.jar.keys()]).toEqual(['theirs.tx.1', prefix + fresh.id]);
    expect(browser.find(transaction.id)).toBeNull();
  });

  it('cannot keep anybody from signing in by a name that no header takes', () => {
    const browser = openBrowser({ [`${prefix}a b,c"ü`]: 'x', [`${prefix}\u0000`]: 'y' });
    const { transaction } = browser.begin();
    expect(browser.find(transaction.id)).toEqual(withoutState(transaction));
  });

  it('cannot make the answer large', () => {
    const planted = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`${prefix}${index}`, 'x']));
    const { lines } = openBrowser(planted).begin();
    expect(lines.length).toBeLessThanOrEqual(11);
    expect(lines.join('').length).toBeLessThan(2500);
  });
});
