// Remembers sessions that were ended from another browser, so that the ended one is asked to sign in anew.
import type { Request } from 'express';
import type { OnceBackend } from '../config/session-stores.ts';
import type { CookiePolicy } from '../http/cookies.ts';
import { absoluteEnd, type SessionLimits } from './lifetimes.ts';
import type { LoadedSession } from './load-session.ts';
import { readSessionIds } from './session-cookie.ts';

/** Notes and recognises sessions that were ended from elsewhere. */
export interface EndedElsewhere {
  /** Notes one that is about to be ended, for as long as it could have lived. Rejects when the store is broken. */
  note(session: LoadedSession): Promise<void>;
  /** Whether the request comes from a browser whose session was ended elsewhere. Never rejects. */
  isBehind(req: Request): Promise<boolean>;
}

/** What remembering needs. */
export interface EndedElsewhereParts {
  readonly once: OnceBackend;
  readonly policy: CookiePolicy;
  readonly secrets: readonly string[];
  readonly limits: SessionLimits;
}

/**
 * Makes the memory. Without it the provider's own single sign-on, which lives on in the ended browser, would sign it
 * in again at the next click without asking anybody.
 */
export function createEndedElsewhere(parts: EndedElsewhereParts): EndedElsewhere {
  const { once, policy, secrets, limits } = parts;
  return {
    async note({ storeId, record }) {
      const seconds = Math.ceil((absoluteEnd(record.startedAt, limits) - limits.clock()) / 1000);
      await once.finish(keyOf(storeId), Math.max(1, seconds));
    },
    async isBehind(req) {
      try {
        // Not only where the session is gone: it may be ended while this very request waits for new tokens.
        const ids = readSessionIds(req, policy, secrets);
        return ids !== null && (await once.isFinished(keyOf(ids.storeId)));
      } catch {
        // Nobody can tell now. A password that was not needed does less harm than a door that was shut and opens.
        return true;
      }
    },
  };
}

function keyOf(storeId: string): string {
  return `ended-elsewhere:${storeId}`;
}
