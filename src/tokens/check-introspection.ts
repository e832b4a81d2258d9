// The checks of an introspection answer (RFC 7662): active alone is not enough.
import { whyUnusable } from './check-kind.ts';
import { type Claims, clientOf, secondsIn, textIn, toleranceSeconds } from './verdict.ts';

/** What the answer is compared with. */
export interface IntrospectionRules {
  readonly issuer: string;
  readonly clientId: string;
  /** One of them must be in `aud` where there is one. */
  readonly audiences: readonly string[];
  /** Whether an audience was configured: then a token without one is meant for something else. */
  readonly audienceRequired: boolean;
  /** Seconds since the epoch. */
  readonly nowSeconds: number;
}

const notActive = 'The token is expired, revoked or unknown';

/** Why the token does not count; null where it does. */
export function whyNotActive(answer: Claims, rules: IntrospectionRules): string | null {
  if (answer.active !== true) return notActive;
  if (answer.iss !== undefined && answer.iss !== rules.issuer) return 'The token is from another issuer';
  if (!isAccessToken(answer)) return 'The token is not an access token';
  const until = secondsIn(answer.exp);
  const from = secondsIn(answer.nbf);
  if (isThere(answer.exp) && (until === null || until + toleranceSeconds <= rules.nowSeconds))
    return notActive;
  if (isThere(answer.nbf) && (from === null || from - toleranceSeconds > rules.nowSeconds)) return notActive;
  if (!isForUs(answer, rules)) return 'The token is meant for another audience';
  return whyUnusable(answer, rules.nowSeconds);
}

/** A provider may answer for refresh tokens too (RFC 7662 section 2.1), and some name no kind at all. */
function isAccessToken(answer: Claims): boolean {
  const type = answer.token_type;
  if (isThere(type) && textIn(type)?.toLowerCase() !== 'bearer') return false;
  const kinds = [answer.typ, answer.token_use, answer.kind].map(textIn).filter((kind) => kind !== null);
  if (!kinds.every((kind) => /^(?:bearer|access|access_?token|at\+jwt|jwt)$/i.test(kind))) return false;
  // A refresh token names no audience, so where nothing says what this is, the audience has to.
  return isThere(type) || kinds.length > 0 || audiencesOf(answer).length > 0;
}

/** By `aud`; where there is none and none was configured, by the client that the token was given to. */
function isForUs(answer: Claims, rules: IntrospectionRules): boolean {
  const named = audiencesOf(answer);
  if (named.length === 0) return !rules.audienceRequired && clientOf(answer) === rules.clientId;
  return named.some((name) => typeof name === 'string' && rules.audiences.includes(name));
}

function audiencesOf(answer: Claims): readonly unknown[] {
  return isThere(answer.aud) ? [answer.aud].flat() : [];
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}
