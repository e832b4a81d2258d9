// What the directory adds to an access token in a header, and whose token counts no more: remembered for some seconds.
import type { Clock } from '../clock.ts';
import type { LocalRights, PersonKey } from '../config/people-directory.ts';
import { sha256 } from '../crypto/digest.ts';
import { createExpiringCache, createOneAtATime } from './expiring-cache.ts';
import type { GoodToken } from './verdict.ts';

/** What asking about tokens needs. */
export interface TokenRightsParts {
  readonly rightsOf: (person: PersonKey) => Promise<LocalRights | null>;
  /** Whether people of this issuer have their account in the directory: who is not there is nobody. */
  readonly keepsAccountsOf: (issuer: string) => boolean;
  /** Seconds that an answer is remembered; 0: the directory is asked for each request. */
  readonly seconds: number;
  readonly cacheSize: number;
  readonly clock: Clock;
}

/** What the directory says about the person behind a token; null: nothing. `refused`: they may not act any more. */
export type RightsOfToken = (token: GoodToken) => Promise<LocalRights | null | 'refused'>;

export function createRightsOfToken(parts: TokenRightsParts): RightsOfToken {
  const { seconds, cacheSize, clock } = parts;
  const kept = createExpiringCache<{ readonly rights: LocalRights | null }>(cacheSize, clock);
  const oneAtATime = createOneAtATime<LocalRights | null>();

  const find = async (person: PersonKey): Promise<LocalRights | null> => {
    // Not even joined with one that is under way: it may have begun before the change that is to count.
    if (seconds === 0) return parts.rightsOf(person);
    const key = sha256(JSON.stringify([person.issuer, person.subject]));
    const known = kept.get(key);
    if (known !== undefined) return known.rights;
    return oneAtATime(key, async () => {
      const rights = await parts.rightsOf(person);
      kept.set(key, { value: { rights }, until: clock() + seconds * 1000 });
      return rights;
    });
  };

  return async ({ issuer, subject, clientId }) => {
    // A client that acts for itself is its own subject (RFC 9068 section 2.2), and nobody of the directory.
    if (clientId !== null && clientId === subject) return null;
    const rights = await find({ issuer, subject });
    if (rights === null) return parts.keepsAccountsOf(issuer) ? 'refused' : null;
    return rights.disabled ? 'refused' : rights;
  };
}
