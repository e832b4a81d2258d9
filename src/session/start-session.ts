// Starts a session after all checks of a login have passed: old one ended, new id, saved before anything is sent.
import type { Request, RequestHandler, Response } from 'express';
import { LatchkeyError } from '../errors.ts';
import type { EventContext } from '../events.ts';
import type { EndSession } from './end-session.ts';
import type { ExpressStore } from './express-store.ts';
import { absoluteEnd, type SessionLimits } from './lifetimes.ts';
import type { LoadSession } from './load-session.ts';
import type { LocalRightsOfSessions } from './local-rights.ts';
import type { SessionRecord } from './record.ts';
import type { SessionRegistry } from './registry.ts';
import { storeIdOf } from './session-cookie.ts';
import type { SessionLimit } from './session-limit.ts';
import type { TokenCookie } from './token-cookie.ts';
import type { TokenSet, TokenVault } from './token-set.ts';
import { destroySession, openSession, regenerateSession, saveSession } from './writer.ts';

/**
 * Starts the session of somebody who has just signed in; sets both cookies. Rejects when the store is broken, and
 * with `login_expired` when the provider has ended this very login meanwhile, or with `account_disabled` when an
 * administrator has ended the account.
 * @param issuedAt - when the provider issued the ID token, in milliseconds since the epoch by its clock
 */
export type StartSession = (
  req: Request,
  res: Response,
  record: SessionRecord,
  tokens: TokenSet,
  issuedAt: number,
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
  readonly registry: SessionRegistry;
  readonly sessionLimit: SessionLimit;
  readonly rights: LocalRightsOfSessions;
  readonly contextOf: (req: Request) => EventContext;
}

export function createStartSession(parts: StartSessionParts): StartSession {
  const { contextOf, writer, store, vault, tokenCookie, limits, load, end, registry } = parts;
  const { sessionLimit, rights } = parts;
  return async (req, res, begun, tokens, issuedAt) => {
    const old = await load(req);
    if (typeof old !== 'string') {
      const samePerson = old.record.issuer === begun.issuer && old.record.subject === begun.subject;
      // Another person's tokens must die with the session. The same person's may share a grant with the new ones.
      const why = { reason: samePerson ? 'signed_in_again' : 'other_user', revoke: !samePerson } as const;
      await end(old, why, contextOf(req));
    }
    const record = await sessionLimit.asNewest(begun);
    // Nobody has seen the id of a session that begins here, and nobody has put anything into it.
    const wasOpen = 'session' in req && req.session !== undefined;
    await openSession(writer, store, req, res);
    if (wasOpen || store.knows(req.session)) await regenerateSession(req);
    req.session.latchkey = record;
    const storeId = storeIdOf(req.sessionID);
    const lifeSeconds = Math.ceil((absoluteEnd(record.startedAt, limits) - limits.clock()) / 1000);
    const written = await Promise.allSettled([
      vault.write(storeId, tokens, Math.min(lifeSeconds, limits.idleSeconds)),
      saveSession(req),
    ]);
    const failed = written.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) {
      // A record without its vault would be a session that cannot be refreshed or revoked.
      await destroySession(req).catch(() => {});
      throw failed.reason;
    }
    // Noted first and looked for after: a logout that comes in between finds the session, one from before is found.
    await registry.note(storeId, record, issuedAt);
    const session = { storeId, record, data: req.session };
    if (await registry.wasEnded(record, issuedAt)) {
      await end(session, { reason: 'back_channel', revoke: false }, contextOf(req));
      await destroySession(req);
      throw new LatchkeyError('login_expired', { detail: 'the provider has ended this login meanwhile' });
    }
    try {
      await rights.confirm(session, contextOf(req));
    } catch (thrown) {
      await destroySession(req);
      throw thrown;
    }
    await sessionLimit.enforce(record, contextOf(req));
    const maxAgeSeconds = Math.max(1, Math.floor((tokens.expiresAt - limits.clock()) / 1000));
    tokenCookie.write(req, res, tokens.accessToken, maxAgeSeconds);
  };
}
