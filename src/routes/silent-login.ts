// Silent sign-in: asks the provider once per browser session, without showing anything, who a visitor is.
import type { Request, Response } from 'express';
import { asLatchkeyError } from '../errors.ts';
import type { Emit, EventContext } from '../events.ts';
import { type CookiePolicy, cookieValues, setCookie } from '../http/cookies.ts';
import { isPageNavigation } from '../http/navigation.ts';
import type { LoadSession } from '../session/load-session.ts';
import type { TransactionCookies } from '../transaction/transaction-cookies.ts';
import type { Site } from './site.ts';
import type { BeginLogin, LoginWish } from './start-login.ts';

/** Says on the address of a page that it was tried, where the browser keeps no cookie that could say so. */
const marker = 'latchkey.silent=tried';

/** Silent sign-in on optional pages. */
export interface SilentLogin {
  /** A guard uses it: from now on signing out keeps the browser from being signed in again at once. */
  enable(): void;
  /** Sends the visitor to the provider and back, if it is worth trying. True: the answer is out. Never rejects. */
  attempt(req: Request, res: Response, wish: Pick<LoginWish, 'maxAge' | 'acrValues'>): Promise<boolean>;
  /** Where an attempt leads: the page, marked where the browser does not say that it was tried. */
  wayBack(req: Request, path: string): string;
  /** Somebody signed out: nothing signs them in again without being asked. */
  prevent(req: Request, res: Response): void;
}

/** What silent sign-in needs. */
export interface SilentLoginParts {
  readonly policy: CookiePolicy;
  readonly transactions: TransactionCookies;
  readonly load: LoadSession;
  readonly beginLogin: BeginLogin;
  readonly site: Site;
  readonly emit: Emit;
  readonly contextOf: (req: Request) => EventContext;
}

export function createSilentLogin(parts: SilentLoginParts): SilentLogin {
  const { policy, transactions, site } = parts;
  let enabled = false;
  const wasTried = (req: Request) => cookieValues(req, policy.silentName).length > 0;
  // Without an end date: it goes with the browser session.
  const remember = (res: Response) => setCookie(res, policy, policy.silentName, 'tried');

  const isWorthIt = async (req: Request) =>
    isOpenedByPerson(req) &&
    !wasTried(req) &&
    !isMarked(req.originalUrl) &&
    !transactions.isAny(req) &&
    comesBack(req.originalUrl, site) &&
    // A session that has ended is no invitation: something ended it. Nor is a store that cannot say.
    (await parts.load(req).catch(() => 'gone')) === 'absent';

  return {
    enable() {
      enabled = true;
    },
    async attempt(req, res, wish) {
      if (!(await isWorthIt(req))) return false;
      // Before anything can fail: a provider that is away is not waited for on every page.
      remember(res);
      try {
        const extra = { prompt: 'none' };
        await parts.beginLogin(req, res, {
          ...wish,
          returnTo: req.originalUrl,
          extra,
          restarts: 0,
          silent: true,
        });
        return true;
      } catch (thrown) {
        const { code, message: detail } = asLatchkeyError(thrown);
        parts.emit({ ...parts.contextOf(req), type: 'silent_login_failed', code, detail });
        return false;
      }
    },
    wayBack(req, path) {
      if (wasTried(req) || isMarked(path)) return path;
      const [beforeHash = '', ...hash] = path.split('#');
      const marked = `${beforeHash}${beforeHash.includes('?') ? '&' : '?'}${marker}`;
      return [marked, ...hash].join('#');
    },
    prevent(req, res) {
      transactions.removeSilent(req, res);
      if (enabled) remember(res);
    },
  };
}

/** Only what a browser calls a navigation: crawlers, link previews and probes get the page without a detour. */
function isOpenedByPerson(req: Request): boolean {
  const { headers, method } = req;
  return (
    method === 'GET' &&
    headers['sec-fetch-mode'] === 'navigate' &&
    headers['sec-fetch-dest'] === 'document' &&
    isPageNavigation(req)
  );
}

function isMarked(path: string): boolean {
  const query = path.split('#', 1)[0]?.split('?').slice(1).join('?') ?? '';
  return query.split('&').includes(marker);
}

/** Whether a login that begins here ends here: some addresses nobody is returned to. */
function comesBack(path: string, site: Site): boolean {
  return site.judge(path) !== site.homePath || path.split('?', 1)[0] === site.homePath;
}
