// GET /frontchannel-logout: the provider's sign-out page opens it in a frame, so that the session here ends too.
import type { Request, RequestHandler, Response } from 'express';
import type { EventContext } from '../events.ts';
import { type CookiePolicy, clearCookie } from '../http/cookies.ts';
import { noStore } from '../http/no-store.ts';
import type { RequestLimits } from '../http/request-limits.ts';
import type { Provider } from '../provider/provider.ts';
import type { EndByIndex } from '../session/end-by-index.ts';
import type { LoadSession } from '../session/load-session.ts';
import type { TokenCookie } from '../session/token-cookie.ts';

/** What the front channel needs. */
export interface FrontChannelParts {
  readonly provider: Pick<Provider, 'issuer' | 'origins'>;
  readonly load: LoadSession;
  readonly endByIndex: EndByIndex;
  readonly tokenCookie: TokenCookie;
  readonly policy: CookiePolicy;
  readonly limits: RequestLimits;
  readonly contextOf: (req: Request) => EventContext;
}

const page =
  '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Signed out</title></head></html>';

/**
 * Makes the route (OpenID Connect Front-Channel Logout section 3). A frame on another site brings no cookie of ours,
 * so the session is found by the provider's `sid`, which nobody can guess; without it, or with another issuer,
 * nothing ends. The answer is the same in all cases: it tells nobody whether a session was there.
 */
export function frontChannelLogoutRoute(parts: FrontChannelParts): RequestHandler {
  return async (req, res) => {
    noStore(res);
    const sid = sidOf(req, parts.provider.issuer);
    if (sid !== null) {
      // Each asks the store, and anybody can send one.
      await parts.limits.take('logout', req, { part: ' front' });
      await endHere(parts, req, res, sid);
    }
    // The app's own policy forbids frames; this page is made for the provider's.
    const ancestors = parts.provider.origins().join(' ');
    res.removeHeader('X-Frame-Options');
    res.setHeader(
      'Content-Security-Policy',
      `default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors ${ancestors}`,
    );
    res.type('html').send(page);
  };
}

async function endHere(parts: FrontChannelParts, req: Request, res: Response, sid: string): Promise<void> {
  const { issuer } = parts.provider;
  const own = await parts.load(req);
  const wish = { issuer, subject: null, sid, reason: 'front_channel', endedAt: null } as const;
  await parts.endByIndex(wish, parts.contextOf(req));
  // Cookies of another session than the one that ended stay: the address alone must not sign anybody out.
  if (typeof own === 'string' || own.record.issuer !== issuer || own.record.providerSession !== sid) return;
  parts.tokenCookie.clear(req, res);
  clearCookie(res, parts.policy, parts.policy.sessionName);
}

/** The `sid`, where issuer and sid came once each and the issuer is ours. */
function sidOf(req: Request, issuer: string): string | null {
  const start = req.originalUrl.indexOf('?');
  const query = new URLSearchParams(start === -1 ? '' : req.originalUrl.slice(start));
  const [issuers, sids] = [query.getAll('iss'), query.getAll('sid')];
  if (issuers.length !== 1 || issuers[0] !== issuer || sids.length !== 1) return null;
  return sids[0] || null;
}
