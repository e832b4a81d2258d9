// GET /logout shows the button or says that you are signed out; POST /logout signs out here and at the provider.
import type { Request, RequestHandler, Response } from 'express';
import { randomToken } from '../crypto/random.ts';
import { LatchkeyError } from '../errors.ts';
import type { Emit, EventContext } from '../events.ts';
import { type CookiePolicy, clearCookie } from '../http/cookies.ts';
import { noStore } from '../http/no-store.ts';
import type { Pages } from '../http/pages.ts';
import { hasSameOriginProof } from '../http/same-origin.ts';
import type { Provider } from '../provider/provider.ts';
import type { EndSession } from '../session/end-session.ts';
import type { ExpressStore } from '../session/express-store.ts';
import type { LoadSession } from '../session/load-session.ts';
import type { TokenCookie } from '../session/token-cookie.ts';
import type { TokenSet } from '../session/token-set.ts';
import { destroySession } from '../session/writer.ts';
import type { RoundsCookie } from '../transaction/rounds.ts';
import type { SilentLogin } from './silent-login.ts';
import type { Site } from './site.ts';

/** What signing out needs. */
export interface LogoutParts {
  readonly provider: Provider;
  readonly load: LoadSession;
  readonly store: ExpressStore;
  readonly end: EndSession;
  readonly tokenCookie: TokenCookie;
  readonly policy: CookiePolicy;
  readonly rounds: RoundsCookie;
  readonly silent: SilentLogin;
  /** Whether the browser's session was ended from elsewhere; never rejects. */
  readonly endedElsewhere: (req: Request) => Promise<boolean>;
  readonly site: Site;
  readonly pages: Pages;
  readonly emit: Emit;
  readonly contextOf: (req: Request) => EventContext;
}

/** The page. A link or an image on another site can open it, and nothing happens by that. */
export function logoutPage({ load, pages, site }: LogoutParts): RequestHandler {
  return async (req, res) => {
    noStore(res);
    if (typeof (await load(req)) === 'string') {
      return pages.signedOut(req, res, { signInHref: site.loginHref(undefined) });
    }
    return pages.logout(req, res, { action: site.logoutHref });
  };
}

/** Signs out. Doing it twice, or when nobody is signed in, ends on the same page. */
export function logoutRoute(parts: LogoutParts): RequestHandler {
  return async (req, res) => {
    noStore(res);
    if (!hasSameOriginProof(req, parts.site.baseUrl)) {
      const code = 'cross_site_request';
      parts.emit({
        ...parts.contextOf(req),
        type: 'access_refused',
        code,
        subject: null,
        path: parts.site.logoutHref,
      });
      throw new LatchkeyError(code);
    }
    const session = await parts.load(req);
    const ended =
      typeof session === 'string'
        ? null
        : await parts.end(session, { reason: 'logout', revoke: true }, parts.contextOf(req));
    await forgetOpenSession(parts, req);
    // A session that was ended from another device stays named: the next login here has to ask who it is.
    const staysNamed = session === 'gone' && (await parts.endedElsewhere(req));
    clearCookies(parts, req, res, staysNamed);

    const tokens = ended?.tokens ?? null;
    // An ID token is a hint for the provider that issued it, and nobody else's business.
    const here = tokens?.issuer === parts.provider.issuer;
    const url = ended?.providerReached && tokens !== null && here ? await endSessionUrl(parts, tokens) : null;
    const subject = typeof session === 'string' ? null : session.record.subject;
    parts.emit({ ...parts.contextOf(req), type: 'logout', subject, atProvider: url !== null });
    // Not "cookies": it would reach sibling hosts, and the provider's own session, before end_session is called.
    res.setHeader('Clear-Site-Data', '"cache", "storage"');
    res.redirect(303, url?.href ?? parts.site.afterLogoutUri);
  };
}

/** OpenID Connect RP-Initiated Logout section 2. A provider that is away does not keep anybody signed in here. */
async function endSessionUrl({ provider, site }: LogoutParts, tokens: TokenSet): Promise<URL | null> {
  try {
    return await provider.endSessionUrl(tokens.idToken, site.afterLogoutUri, randomToken(16));
  } catch {
    return null;
  }
}

/** Where the app has opened express-session for this request, it must not write the session once more. */
function forgetOpenSession({ store }: LogoutParts, req: Request): Promise<void> {
  if (req.session === undefined || (req.sessionStore as unknown) !== store) return Promise.resolve();
  return destroySession(req);
}

function clearCookies(parts: LogoutParts, req: Request, res: Response, staysNamed: boolean): void {
  const { tokenCookie, policy, rounds, silent } = parts;
  tokenCookie.clear(req, res);
  rounds.clear(req, res);
  silent.prevent(req, res);
  if (!staysNamed) clearCookie(res, policy, policy.sessionName);
}
