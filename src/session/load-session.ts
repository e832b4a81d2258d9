// The reading path: one store read for a signed-in visit, and nothing written.
import type { IncomingMessage } from 'node:http';
import type { Session, SessionData } from 'express-session';
import type { RecordBackend } from '../config/session-stores.ts';
import type { CookiePolicy } from '../http/cookies.ts';
import { createNote } from '../request-notes.ts';
import { isOver, isTouchDue, type SessionLimits } from './lifetimes.ts';
import { recordOf, type SessionRecord } from './record.ts';
import { readSessionIds } from './session-cookie.ts';

/** A live session. */
export interface LoadedSession {
  readonly storeId: string;
  readonly record: SessionRecord;
  readonly data: SessionData;
}

/** `absent`: no session cookie of ours. `gone`: a cookie, but its session has ended. */
export type SessionState = LoadedSession | 'absent' | 'gone';

/** Finds the session of a request. */
export type LoadSession = (req: IncomingMessage) => Promise<SessionState>;

/** What loading needs. */
export interface LoadSessionParts {
  readonly records: RecordBackend;
  readonly policy: CookiePolicy;
  readonly secrets: readonly string[];
  readonly limits: SessionLimits;
}

/**
 * Makes the loader. A request is looked up once however many guards ask. Rejects with the store's error when
 * the store is broken: that is an outage, never "signed out".
 */
export function createLoadSession(parts: LoadSessionParts): LoadSession {
  const known = createNote<Promise<SessionState>>();
  return (req) => {
    let state = known.get(req);
    if (state === undefined) {
      state = load(req, parts);
      known.set(req, state);
    }
    return state;
  };
}

async function load(req: IncomingMessage, parts: LoadSessionParts): Promise<SessionState> {
  const ids = readSessionIds(req, parts.policy, parts.secrets);
  if (ids === null) return 'absent';
  const { storeId } = ids;
  const open = alreadyOpen(req, ids.id);
  const data = open ?? (await parts.records.read(storeId));
  // A session without our part is the app's own: nobody has signed in with it, and it is not ours to clear.
  if (data !== null && data.latchkey === undefined) return 'absent';
  const found = recordOf(data);
  // Handlers have what express-session has loaded: what they write there after a guard must not count for the next.
  const record = open === null || found === null ? found : structuredClone(found);
  if (data === null || record === null || isOver(data, parts.limits)) return 'gone';
  if (isTouchDue(data, parts.limits)) {
    // The visit has been read: a store that takes no writes at the moment is no reason to refuse it.
    await parts.records.touch(storeId, data).catch(() => {});
    // Noted here as well, so that express-session on the same request does not touch once more.
    data.seenAt = parts.limits.clock();
  }
  return { storeId, record, data };
}

/** The session that express-session has loaded for this very id, if the app mounted it before the guard. */
function alreadyOpen(req: IncomingMessage & OpenSession, id: string): SessionData | null {
  return req.sessionID === id && req.session?.latchkey !== undefined ? req.session : null;
}

interface OpenSession {
  readonly sessionID?: string;
  readonly session?: Session & SessionData;
}
