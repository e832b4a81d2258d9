// Gives the browser what a refresh has changed: the new access token, and the session cookie signed by the new secret.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import type { Secret } from '../crypto/secret.ts';
import { type CookiePolicy, setCookie } from '../http/cookies.ts';
import { withholdCookies } from '../http/keep-cookies.ts';
import { signedAnew } from './session-cookie.ts';
import type { TokenCookie } from './token-cookie.ts';

/** What a refresh has changed. */
export interface RenewedToken {
  readonly token: Secret;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** From when on another request may have renewed it once more, in milliseconds since the epoch. */
  readonly dueAt: number;
}

/** What handing out needs. */
export interface HandOutParts {
  readonly policy: CookiePolicy;
  readonly secrets: readonly string[];
  readonly tokenCookie: TokenCookie;
  readonly clock: Clock;
}

/** Sets the cookies; the headers of the answer must not have gone out yet. */
export type HandOut = (req: IncomingMessage, res: ServerResponse, renewed: RenewedToken) => void;

export function createHandOut(parts: HandOutParts): HandOut {
  const { policy, secrets, tokenCookie, clock } = parts;
  return (req, res, { token, expiresAt, dueAt }) => {
    tokenCookie.write(req, res, token, Math.max(1, Math.floor((expiresAt - clock()) / 1000)));
    // Vault and token cookie are of the first secret from here on, so the session cookie goes along with them.
    const value = signedAnew(req, policy, secrets);
    if (value !== null) setCookie(res, policy, policy.sessionName, value);
    // An answer that took so long must not put its old token in place of one that came by another answer.
    withholdCookies(res, () => clock() >= dueAt);
  };
}
