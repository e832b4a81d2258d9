// The person behind a bearer token: userinfo fetched with that very token, kept for a few minutes, or its own claims.
import type { Clock } from '../clock.ts';
import { sha256 } from '../crypto/digest.ts';
import { Secret } from '../crypto/secret.ts';
import { LatchkeyError } from '../errors.ts';
import type { Provider } from '../provider/provider.ts';
import { createExpiringCache, createOneAtATime } from './expiring-cache.ts';
import type { Claims, GoodToken } from './verdict.ts';

/** What is needed to find the person. */
export interface TokenUserParts {
  readonly userinfo: Provider['userinfo'];
  /** Claims about a person in the form that handlers get them. */
  readonly userOf: (subject: string, claims: Claims) => Claims;
  readonly cacheSize: number;
  readonly clock: Clock;
}

/**
 * The claims about the person, with `refresh` never those that were kept; `null` where the provider says that the token is no good. Rejects with an outage.
 */
export type UserOfToken = (token: string, verified: GoodToken, refresh: boolean) => Promise<Claims | null>;

const keptForMs = 5 * 60_000;

export function createUserOfToken(parts: TokenUserParts): UserOfToken {
  const kept = createExpiringCache<Claims>(parts.cacheSize, parts.clock);
  const oneAtATime = createOneAtATime<Claims | null>();

  const fetchUser = async (token: string, { subject, claims, expiresAt }: GoodToken, key: string) => {
    const userinfo = await ask(parts, token, subject);
    if (userinfo === 'token_refused') return null;
    const user = parts.userOf(subject, userinfo ?? claims);
    kept.set(key, { value: user, until: Math.min(expiresAt, parts.clock() + keptForMs) });
    return user;
  };
  return async (token, verified, refresh) => {
    // Userinfo is for tokens of an OpenID request alone (OpenID Connect Core section 5.3).
    if (!verified.scope.includes('openid')) return parts.userOf(verified.subject, verified.claims);
    const key = sha256(token);
    return (refresh ? undefined : kept.get(key)) ?? oneAtATime(key, () => fetchUser(token, verified, key));
  };
}

async function ask(
  parts: TokenUserParts,
  token: string,
  subject: string,
): Promise<Claims | null | 'token_refused'> {
  const claims = await parts.userinfo(new Secret(token), subject);
  if (claims !== 'other_subject') return claims;
  // The provider contradicts itself, and neither of the two is believed.
  const detail = 'userinfo is about another subject, or about none';
  throw new LatchkeyError('userinfo_invalid', { detail });
}
