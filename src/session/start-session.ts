// Starts a session after all checks of a login have passed: old one ended, new id, saved before anything is sent.
import type { Request, RequestHandler, Response } from 'express';
import type { EventContext } from '../events.ts';
import type { EndSession } from './end-session.ts';
import type { ExpressStore } from './express-store.ts';
import { absoluteEnd, type SessionLimits } from './lifetimes.ts';
import type { LoadSession } from './load-session.ts';
import type { SessionRecord } from './record.ts';
import { storeIdOf } from './session-cookie.ts';
import type { TokenCookie } from './token-cookie.ts';
import type { TokenSet, TokenVault } from './token-set.ts';
import { openSession, regenerateSession, saveSession } from './writer.ts';

/** Starts the session of somebody who has just signed in; sets both cookies. Rejects when the store is broken. */
export type StartSession = (
  req: Request,
  res: Response,
  record: SessionRecord,
  tokens: TokenSet,
) => Promise<void>;

/** What starting needs. */
export interface StartSessionParts {
  readonly writer: RequestHandler;
  readonly store: ExpressStore;
  readonly vault: TokenVault;
  readonly tokenCookie: TokenCookie;
  readonly limits: SessionLimits;
  readonly load: LoadSession;
  readonly end: EndSession;
  readonly contextOf: (req: Request) => EventContext;
}

export function createStartSession(parts: StartSessionParts): StartSession {
  const { contextOf, writer, store, vault, tokenCookie, limits, load, end } = parts;
  return async (req, res, record, tokens) => {
    const old = await load(req);
    if (typeof old !== 'string') {
      const samePerson = old.record.issuer === record.issuer && old.record.subject === record.subject;
      // Another person's tokens must die with the session. The same person's may share a grant with the new ones.
      const why = { reason: samePerson ? 'signed_in_again' : 'other_user', revoke: !samePerson } as const;
      await end(old, why, contextOf(req));
    }
    await openSession(writer, store, req, res);
    await regenerateSession(req);
    req.session.latchkey = record;
    const storeId = storeIdOf(req.sessionID);
    // The vault first: a record without its vault would be a session that cannot be refreshed or revoked.
    const lifeSeconds = Math.ceil((absoluteEnd(record.startedAt, limits) - limits.clock()) / 1000);
    await vault.write(storeId, tokens, Math.min(lifeSeconds, limits.idleSeconds));
    await saveSession(req);
    const maxAgeSeconds = Math.max(1, Math.floor((tokens.expiresAt - limits.clock()) / 1000));
    tokenCookie.write(req, res, tokens.accessToken, maxAgeSeconds);
  };
}
