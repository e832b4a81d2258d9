// Stands before an API: an address whose requests are refused again and again waits, and who has a credential goes on.
import type { Request, RequestHandler } from 'express';
import { sha256 } from '../crypto/digest.ts';
import type { CookiePolicy } from '../http/cookies.ts';
import type { RequestLimits } from '../http/request-limits.ts';
import { createRecent } from '../session/recent.ts';
import { readSessionId } from '../session/session-cookie.ts';

/** What it needs. */
export interface ApiLimitParts {
  readonly limits: RequestLimits;
  readonly policy: CookiePolicy;
  readonly sessionSecrets: readonly string[];
}

/** Credentials that passed a guard while their address was under strain. */
const mostKnown = 10_000;
/** From this part of the limit on it is noted whose credentials are good. */
const strained = 0.1;

/**
 * Makes the handler. What a guard let in never counts, so an API that is used as it should be costs a look into a map
 * of this process and nothing else. In a flood those who carry a session cookie of this site, or a token or key that
 * was good during the flood, go on: a whole office may share the address of the one who floods.
 */
export function createApiLimit({ limits, policy, sessionSecrets }: ApiLimitParts): RequestHandler {
  const known = createRecent<true>(mostKnown);
  const isKnown = (req: Request): boolean => {
    const mark = markOf(req);
    // Whether this site signed the cookie: no store is asked.
    return mark === null
      ? readSessionId(req, policy, sessionSecrets) !== null
      : known.get(mark) !== undefined;
  };
  const remember = (req: Request): void => {
    const mark = markOf(req);
    if (mark !== null) known.set(mark, true);
  };
  return (req, res, next) => {
    const used = limits.check('api', req, () => isKnown(req));
    res.once('finish', () => {
      const { statusCode } = res;
      if (req.auth) {
        if (used >= strained) remember(req);
      } else if (statusCode >= 400 && statusCode < 500) {
        limits.count('api', req);
      }
    });
    next();
  };
}

/** A digest of the credential in the headers; null where there is none. */
function markOf({ headers }: Request): string | null {
  const { authorization = null, 'x-api-key': key = null } = headers;
  return authorization === null && key === null ? null : sha256(JSON.stringify([authorization, key]));
}
