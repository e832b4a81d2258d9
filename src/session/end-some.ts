// Ends some of a person's sessions from elsewhere: first all of them here, then their tokens at the provider.
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventContext } from '../events.ts';
import type { EndReason, EndSession } from './end-session.ts';
import type { EndedElsewhere } from './ended-elsewhere.ts';
import type { LoadedSession } from './load-session.ts';
import { sideBySide } from './side-by-side.ts';
import type { TokenSet } from './token-set.ts';

/** Which sessions end, which of the same person stay, and why. */
export interface EndSomeWish {
  readonly ending: readonly LoadedSession[];
  readonly staying: readonly LoadedSession[];
  readonly reason: Extract<
    EndReason['reason'],
    'ended_elsewhere' | 'session_limit' | 'account_disabled' | 'account_removed' | 'rights_unknown'
  >;
}

/** Ends them. Rejects when the store is broken; the provider being away changes nothing. */
export type EndSome = (wish: EndSomeWish, context: EventContext) => Promise<void>;

/** What ending needs. */
export interface EndSomeParts {
  readonly end: EndSession;
  readonly endedElsewhere: EndedElsewhere;
  /** Revokes at the provider; never rejects. */
  readonly revoke: (tokens: TokenSet, context: EventContext) => Promise<boolean>;
}

const mostEnded = 16;
const mostRevoked = 4;
/** Somebody waits for the answer; what is not revoked by then is revoked behind it. */
const longestWaitMs = 2000;

export function createEndSome({ end, endedElsewhere, revoke }: EndSomeParts): EndSome {
  return async ({ ending, staying, reason }, context) => {
    const left: TokenSet[] = [];
    try {
      await sideBySide(ending, mostEnded, async (session) => {
        // Noted first: between the two a session is at worst live and noted, which nobody looks at.
        await endedElsewhere.note(session);
        const { tokens } = await end(session, { reason, revoke: false }, context);
        if (tokens !== null && !sharesGrant(session, staying)) left.push(tokens);
      });
    } finally {
      const revoking = sideBySide(left, mostRevoked, (tokens) => revoke(tokens, context));
      const waiting = new AbortController();
      await Promise.race([revoking, sleep(longestWaitMs, null, waiting)]);
      waiting.abort();
    }
  };
}

/**
 * Whether the provider knows the session as the same one as another that stays: a browser that was closed and opened
 * again has left an old session behind. Revoking its tokens may end the whole grant, and so the one that stays.
 */
function sharesGrant({ record }: LoadedSession, staying: readonly LoadedSession[]): boolean {
  const sid = record.providerSession;
  return sid !== null && staying.some((other) => other.record.providerSession === sid);
}
