// Sends a visitor to the provider: a new transaction in a cookie of its own, and the authorization request.
import type { Request, Response } from 'express';
import type { Clock } from '../clock.ts';
import type { Sealer } from '../crypto/seal.ts';
import type { Emit, EventContext } from '../events.ts';
import { noStore } from '../http/no-store.ts';
import type { RequestLimits } from '../http/request-limits.ts';
import { isSafeMethod } from '../http/same-origin.ts';
import type { Provider } from '../provider/provider.ts';
import { type Rounds, startTransaction } from '../transaction/transaction.ts';
import type { TransactionCookies } from '../transaction/transaction-cookies.ts';
import { requireSecure, type Site } from './site.ts';

/** What a login is for. */
export interface LoginWish {
  /** Judged here: whatever it is, the visitor ends on this site. */
  readonly returnTo: unknown;
  readonly maxAge: number | null;
  readonly acrValues: readonly string[] | null;
  /** Parameters of the authorization request that the visitor may choose. */
  readonly extra: Readonly<Record<string, string>>;
  /** How many times this login began anew by itself. */
  readonly restarts: number;
  /** Nothing is to be shown on the way. Default: false. */
  readonly silent?: boolean;
  /** The row of logins that a guard continues with this one. Default: null, for one that a person chose. */
  readonly rounds?: Rounds | null;
  /** A guard began it although there was a session. Default: false. */
  readonly inSession?: boolean;
}

/** Redirects to the provider. Rejects, with nothing set, when the provider is away or too many logins begin. */
export type BeginLogin = (req: Request, res: Response, wish: LoginWish) => Promise<void>;

/** What beginning a login needs. */
export interface BeginLoginParts {
  readonly provider: Provider;
  readonly transactions: TransactionCookies;
  readonly sealer: Sealer;
  readonly site: Site;
  readonly scope: string;
  readonly clock: Clock;
  readonly limits: RequestLimits;
  /** Whether the browser's session was ended from elsewhere; never rejects. */
  readonly endedElsewhere: (req: Request) => Promise<boolean>;
  readonly emit: Emit;
  readonly contextOf: (req: Request) => EventContext;
}

export function createBeginLogin(parts: BeginLoginParts): BeginLogin {
  const { provider, transactions, sealer, site, clock } = parts;
  return async (req, res, wish) => {
    requireSecure(req, site);
    await parts.limits.take('login', req);
    const { returnTo, extra, ...start } = wish;
    const { maxAge, acrValues } = wish;
    const { issuer } = provider;
    const transaction = startTransaction(
      { ...start, issuer, returnTo: site.judge(returnTo) },
      sealer,
      clock(),
    );
    const url = await provider.authorizationUrl({
      ...transaction,
      redirectUri: site.redirectUri,
      scope: parts.scope,
      extra: {
        ...((await parts.endedElsewhere(req)) ? askingAnew(extra) : extra),
        ...(maxAge === null ? {} : { max_age: String(maxAge) }),
        ...(acrValues === null ? {} : { acr_values: acrValues.join(' ') }),
      },
    });
    transactions.add(req, res, transaction);
    parts.emit({
      ...parts.contextOf(req),
      ...(wish.silent === true
        ? { type: 'silent_login_started', issuer }
        : { type: 'login_started', issuer, stepUp: maxAge !== null || acrValues !== null }),
    });
    noStore(res);
    // 303 turns any method into GET, so that a form's body is never sent on to the provider.
    res.redirect(isSafeMethod(req.method) ? 302 : 303, url.href);
  };
}

/**
 * The provider's own session would sign the browser in again without a question: it has to ask who is there
 * (OpenID Connect Core section 3.1.2.1). What else was asked of it stays, but for `none`, which forbids asking.
 */
function askingAnew(extra: LoginWish['extra']): LoginWish['extra'] {
  const others = (extra.prompt ?? '').split(' ').filter((word) => !['', 'none', 'login'].includes(word));
  return { ...extra, prompt: ['login', ...others].join(' ') };
}
