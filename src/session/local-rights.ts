// Keeps live sessions in step with the directory: when they begin, when they are renewed, and when somebody is changed.
import type { LocalRights, PersonKey } from '../config/people-directory.ts';
import { LatchkeyError } from '../errors.ts';
import type { Emit, EventContext } from '../events.ts';
import type { EndSome } from './end-some.ts';
import type { LoadedSession } from './load-session.ts';
import { isSameAccess, type PutRightsParts, putRights } from './put-rights.ts';
import type { LocalAccess } from './record.ts';
import type { SessionsOf } from './sessions-of.ts';
import { sideBySide } from './side-by-side.ts';

/** What sessions do about the directory. All of it reject with `store_unavailable` where a store is broken. */
export interface LocalRightsOfSessions {
  /**
   * Looks once more when a new session can be found: a change that came before is seen here, and one that comes
   * after finds the session. Ends it and rejects where its person may not be signed in any more, or nobody knows.
   */
  confirm(session: LoadedSession, context: EventContext): Promise<void>;
  /** A session that was renewed, with what the directory says now; null: it has ended. A directory that is away changes nothing. */
  settle(session: LoadedSession, context: EventContext): Promise<LoadedSession | null>;
  /** Has what the directory says now in every live session of a person, or ends them all. */
  push(person: PersonKey, context: EventContext): Promise<void>;
}

/** What keeping in step needs. */
export interface LocalRightsParts extends PutRightsParts {
  readonly rightsOf: (person: PersonKey) => Promise<LocalRights | null>;
  /** All that are in the store, also those that are over by limits that may be lengthened again. */
  readonly everySessionOf: SessionsOf;
  readonly endSome: EndSome;
  readonly emit: Emit;
}

const mostWrites = 16;

/** Without a directory there is nothing to do. */
export const noLocalRights: LocalRightsOfSessions = {
  confirm: async () => {},
  settle: async (session) => session,
  push: async () => {},
};

export function createLocalRights(parts: LocalRightsParts): LocalRightsOfSessions {
  const { rightsOf, everySessionOf, endSome, emit } = parts;

  /** Null: it has ended. Whoever writes looks again after that: so the last one to write has what is true last. */
  const apply = async (
    begun: LoadedSession,
    found: LocalRights | null,
    context: EventContext,
  ): Promise<LoadedSession | null> => {
    let [session, rights] = [begun, found];
    for (;;) {
      const reason = whyOver(rights);
      if (rights === null || reason !== null) {
        await endSome({ ending: [session], staying: [], reason: reason ?? 'account_removed' }, context);
        return null;
      }
      if (isSameAccess(session.record.local, rights)) return session;
      const written = await put(session, rights, context);
      if (written === null) return null;
      session = written;
      rights = await rightsOf(session.record);
    }
  };
  const put = async (session: LoadedSession, rights: LocalRights, context: EventContext) => {
    const written = await putRights(session, accessOf(rights), parts);
    if (written === 'stuck') {
      // Rights that were taken away would stay in it.
      await endSome({ ending: [session], staying: [], reason: 'rights_unknown' }, context);
    }
    return typeof written === 'string' ? null : written;
  };

  return {
    async confirm(session, context) {
      let rights: LocalRights | null;
      try {
        rights = await rightsOf(session.record);
        if ((await apply(session, rights, context)) !== null) return;
      } catch (thrown) {
        await endSome({ ending: [session], staying: [], reason: 'rights_unknown' }, context);
        throw thrown;
      }
      const code = rights?.disabled === true ? 'account_disabled' : 'login_expired';
      throw new LatchkeyError(code, { detail: 'the account was changed while the login was being finished' });
    },
    async settle(session, context) {
      let rights: LocalRights | null;
      try {
        rights = await rightsOf(session.record);
      } catch (thrown) {
        emit({ ...context, type: 'store_failed', detail: (thrown as Error).message });
        return session;
      }
      return apply(session, rights, context);
    },
    async push(person, context) {
      for (;;) {
        const rights = await rightsOf(person);
        const sessions = await everySessionOf(person);
        const reason = whyOver(rights);
        if (rights === null || reason !== null) {
          const wish = { ending: sessions, staying: [], reason: reason ?? ('account_removed' as const) };
          await endSome(wish, context);
          return;
        }
        await sideBySide(sessions, mostWrites, (session) => put(session, rights, context));
        const now = await rightsOf(person);
        if (now !== null && !now.disabled && isSameAccess(now, rights)) return;
      }
    },
  };
}

function whyOver(rights: LocalRights | null): 'account_disabled' | 'account_removed' | null {
  if (rights === null) return 'account_removed';
  return rights.disabled ? 'account_disabled' : null;
}

/** What a session keeps of them, each name once. */
export function accessOf({ permissions, roles }: LocalRights): LocalAccess {
  return { permissions: [...new Set(permissions)], roles: [...new Set(roles)] };
}
