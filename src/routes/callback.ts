// GET /auth-callback: ends a login, or heals one that came late or twice.
import type { Request, RequestHandler, Response } from 'express';
import { sha256 } from '../crypto/digest.ts';
import type { Sealer } from '../crypto/seal.ts';
import { asLatchkeyError, LatchkeyError } from '../errors.ts';
import type { AuthEvent, Emit, EventContext } from '../events.ts';
import { mayStartLogin } from '../http/navigation.ts';
import { noStore } from '../http/no-store.ts';
import type { LoginResult } from '../provider/login-result.ts';
import type { Provider } from '../provider/provider.ts';
import type { OpenedState, Transaction } from '../transaction/transaction.ts';
import { openState } from '../transaction/transaction.ts';
import type { TransactionCookies } from '../transaction/transaction-cookies.ts';
import type { FinishOnce } from './finish-once.ts';
import { requireSecure, type Site } from './site.ts';
import type { BeginLogin } from './start-login.ts';

/** What the callback needs. */
export interface CallbackParts {
  readonly provider: Provider;
  readonly transactions: TransactionCookies;
  readonly sealer: Sealer;
  readonly site: Site;
  readonly scope: string;
  readonly clock: () => number;
  readonly once: FinishOnce;
  readonly beginLogin: BeginLogin;
  /** Whether the request has a live session. */
  readonly isSignedIn: (req: Request) => Promise<boolean>;
  /** Starts the session of the person who signed in. */
  readonly start: (req: Request, res: Response, result: LoginResult) => Promise<void>;
  readonly emit: Emit;
  readonly contextOf: (req: Request) => EventContext;
}

export function callbackRoute(parts: CallbackParts): RequestHandler {
  return async (req, res) => {
    noStore(res);
    let returnTo: string | undefined;
    try {
      requireSecure(req, parts.site);
      const callbackUrl = urlOfCallback(req, parts.site.redirectUri);
      const state = singleState(callbackUrl);
      const opened = openState(state, parts.sealer, parts.clock());
      if (opened === null) throw malformed('the state is not one of ours');
      returnTo = opened.returnTo ?? undefined;

      const transaction = parts.transactions.find(req, opened.id);
      if (transaction === null) return await heal(parts, req, res, opened);
      returnTo = transaction.returnTo;
      if (transaction.state !== state || transaction.issuer !== parts.provider.issuer) {
        throw malformed('the state or issuer is not that of this login');
      }
      const mine = await parts.once(sha256(state), () => finish(parts, req, res, callbackUrl, transaction));
      if (!mine) {
        parts.transactions.remove(res, transaction.id);
        report(parts, req, { type: 'login_healed', how: 'continued' });
      }
      // Another copy of this request has done the work, and its answer carries the cookies.
      res.redirect(303, transaction.returnTo);
    } catch (thrown) {
      throw failed(parts, req, asLatchkeyError(thrown), returnTo);
    }
  };
}

async function finish(
  parts: CallbackParts,
  req: Request,
  res: Response,
  callbackUrl: URL,
  transaction: Transaction,
): Promise<void> {
  // Used up from here on, whatever comes of it: a code is sent to the provider once.
  parts.transactions.remove(res, transaction.id);
  const result = await parts.provider.finishLogin(callbackUrl, { ...transaction, scope: parts.scope });
  await parts.start(req, res, result);
  report(parts, req, { type: 'login_succeeded', issuer: transaction.issuer, subject: result.subject });
}

/** A callback whose login is not in flight any more, or never was in this browser. */
async function heal(parts: CallbackParts, req: Request, res: Response, opened: OpenedState): Promise<void> {
  if (await parts.isSignedIn(req)) {
    report(parts, req, { type: 'login_healed', how: 'continued' });
    return res.redirect(303, parts.site.judge(opened.returnTo));
  }
  if (opened.restarts > 0) {
    // The fresh login's cookie did not come back either, so one more round would end here again.
    throw new LatchkeyError(req.headers.cookie === undefined ? 'cookies_missing' : 'login_expired');
  }
  if (!mayStartLogin(req)) throw new LatchkeyError('login_not_navigated');
  report(parts, req, { type: 'login_healed', how: 'restarted' });
  await parts.beginLogin(req, res, {
    returnTo: opened.returnTo,
    maxAge: null,
    acrValues: null,
    extra: {},
    restarts: opened.restarts + 1,
  });
}

/** The configured redirect URI with the query that came. The host of the request plays no part. */
function urlOfCallback(req: Request, redirectUri: string): URL {
  const url = new URL(redirectUri);
  const start = req.originalUrl.indexOf('?');
  url.search = start === -1 ? '' : req.originalUrl.slice(start);
  const names = [...url.searchParams.keys()];
  // RFC 6749 section 3.1: parameters must not stand twice. `code[]` and the like are other names, so not seen here.
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw malformed('a parameter stands twice');
  return url;
}

function singleState(url: URL): string {
  const state = url.searchParams.get('state');
  if (state === null || state === '') throw malformed('there is no state');
  const code = url.searchParams.get('code');
  if (!url.searchParams.has('error') && (code === null || code === '')) throw malformed('there is no code');
  if (url.searchParams.has('error') && code !== null) throw malformed('there is an error and a code');
  return state;
}

function malformed(detail: string): LatchkeyError {
  return new LatchkeyError('callback_malformed', { detail });
}

function failed(
  parts: CallbackParts,
  req: Request,
  error: LatchkeyError,
  returnTo: string | undefined,
): LatchkeyError {
  const { providerError } = error.details;
  const more = providerError === undefined ? {} : { providerError };
  report(parts, req, { type: 'login_failed', code: error.code, detail: error.message, ...more });
  const back = returnTo === undefined ? {} : { returnTo };
  return new LatchkeyError(error.code, {
    ...error.details,
    ...back,
    detail: error.message,
    status: error.status,
    cause: error,
  });
}

type LoginEvent = Extract<AuthEvent, { type: 'login_succeeded' | 'login_failed' | 'login_healed' }>;

function report(parts: CallbackParts, req: Request, event: LoginEvent): void {
  parts.emit({ ...parts.contextOf(req), ...event });
}
