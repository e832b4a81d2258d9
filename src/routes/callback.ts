// GET /auth-callback: ends a login, or heals one that came late or twice.
import type { Request, RequestHandler } from 'express';
import type { Sealer } from '../crypto/seal.ts';
import { asLatchkeyError, LatchkeyError } from '../errors.ts';
import type { Emit, EventContext } from '../events.ts';
import { noStore } from '../http/no-store.ts';
import type { RequestLimits } from '../http/request-limits.ts';
import type { LoginResult } from '../provider/login-result.ts';
import type { Provider } from '../provider/provider.ts';
import { maxRounds, maxStepUpRounds, type RoundsCookie } from '../transaction/rounds.ts';
import { openState, type Transaction } from '../transaction/transaction.ts';
import type { TransactionCookies } from '../transaction/transaction-cookies.ts';
import { malformed, singleState, urlOfCallback } from './callback-url.ts';
import { endSilently } from './end-silently.ts';
import { type ArrivedCallback, finishLogin } from './finish-login.ts';
import type { FinishOnce } from './finish-once.ts';
import { healLogin } from './heal-login.ts';
import type { SilentLogin } from './silent-login.ts';
import { requireSecure, type Site } from './site.ts';
import type { BeginLogin } from './start-login.ts';

/** What the callback needs. */
export interface CallbackParts {
  readonly provider: Provider;
  readonly transactions: TransactionCookies;
  readonly rounds: RoundsCookie;
  readonly silent: SilentLogin;
  readonly sealer: Sealer;
  readonly site: Site;
  readonly scope: string;
  readonly clock: () => number;
  readonly limits: RequestLimits;
  readonly once: FinishOnce;
  readonly beginLogin: BeginLogin;
  /** Whether the request has a live session. */
  readonly hasSession: (req: Request) => Promise<boolean>;
  /** Starts the session of the person who signed in. */
  readonly start: (req: Request, res: Parameters<RequestHandler>[1], result: LoginResult) => Promise<void>;
  readonly emit: Emit;
  readonly contextOf: (req: Request) => EventContext;
}

export function callbackRoute(parts: CallbackParts): RequestHandler {
  return async (req, res) => {
    noStore(res);
    const { limits } = parts;
    // As one that fails, until it does not: many at once must not all send a code to the provider.
    await limits.take('callback', req);
    let counts = false;
    let returnTo: string | undefined;
    try {
      requireSecure(req, parts.site);
      const callbackUrl = urlOfCallback(req, parts.site.redirectUri);
      const state = singleState(callbackUrl);
      const opened = openState(state, parts.sealer, parts.clock());
      if (opened === null) throw malformed('the state is not one of ours');
      returnTo = opened.returnTo ?? undefined;

      const transaction = parts.transactions.find(req, opened.id);
      const callback: ArrivedCallback = { url: callbackUrl, state, opened };
      if (opened.silent) return await endSilently(parts, req, res, callback, transaction);
      if (transaction === null) return await healLogin(parts, req, res, callback);
      returnTo = transaction.returnTo;
      const before = parts.rounds.before(req, transaction);
      if (before.count >= roundsAllowed(transaction)) {
        parts.transactions.remove(res, transaction.id);
        throw new LatchkeyError('login_loop', { detail: 'logins of this browser finish and do not last' });
      }
      if (await finishLogin(parts, req, res, callback, transaction)) {
        parts.rounds.note(res, before);
      } else {
        parts.emit({ ...parts.contextOf(req), type: 'login_healed', how: 'continued' });
      }
      // Another copy of this request may have done the work; then its answer carries the cookies.
      res.redirect(303, transaction.returnTo);
    } catch (thrown) {
      const error = asLatchkeyError(thrown);
      counts = error.status < 500;
      throw failed(parts, req, error, returnTo);
    } finally {
      if (!counts) limits.giveBack('callback', req);
    }
  };
}

function roundsAllowed({ maxAge, acrValues }: Transaction): number {
  return maxAge === null && acrValues === null ? maxRounds : maxStepUpRounds;
}

function failed(
  parts: CallbackParts,
  req: Request,
  error: LatchkeyError,
  returnTo: string | undefined,
): LatchkeyError {
  const { code, message: detail } = error;
  const { providerError } = error.details;
  const more = providerError === undefined ? {} : { providerError };
  parts.emit({ ...parts.contextOf(req), type: 'login_failed', code, detail, ...more });
  const back = returnTo === undefined ? {} : { returnTo };
  return new LatchkeyError(code, { ...error.details, ...back, detail, status: error.status, cause: error });
}
