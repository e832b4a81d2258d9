// Ends a session for good: record and vault removed first, tokens revoked after.
import type { RecordBackend } from '../config/session-stores.ts';
import type { AuthEvent, Emit, EventContext } from '../events.ts';
import type { LoadedSession } from './load-session.ts';
import type { SessionRegistry } from './registry.ts';
import type { TokenSet, TokenVault } from './token-set.ts';

/** Why a session ends, and whether the provider is told that its tokens are of no more use. */
export interface EndReason {
  readonly reason: Extract<AuthEvent, { type: 'session_ended' }>['reason'];
  readonly revoke: boolean;
}

/** How it went. */
export interface EndedSession {
  /** The tokens it had, for the last call to the provider. */
  readonly tokens: TokenSet | null;
  /** False when the provider was asked to revoke and could not be reached. */
  readonly providerReached: boolean;
}

/** Ends a session. Rejects when the store is broken, and then nothing has been revoked. */
export type EndSession = (
  session: LoadedSession,
  why: EndReason,
  context: EventContext,
) => Promise<EndedSession>;

/** What ending needs. */
export interface EndSessionParts {
  readonly records: RecordBackend;
  readonly vault: TokenVault;
  readonly registry: SessionRegistry;
  /** Revokes at the provider (RFC 7009). Resolves to whether it was reached; never rejects. */
  readonly revoke: (tokens: TokenSet, context: EventContext) => Promise<boolean>;
  readonly emit: Emit;
}

export function createEndSession(parts: EndSessionParts): EndSession {
  const { records, vault, registry, revoke, emit } = parts;
  return async (session, why, context) => {
    // The record first: no refresh can write after that, so the vault has the last tokens there will be.
    await records.remove(session.storeId);
    const tokens = (await vault.read(session.storeId))?.tokens ?? null;
    await vault.remove(session.storeId);
    // What stays in the index by mishap points nowhere, and is taken out when it is next listed.
    await registry.forget(session.storeId, session.record).catch(() => {});
    const { issuer, subject } = session.record;
    emit({ ...context, type: 'session_ended', reason: why.reason, issuer, subject });
    const providerReached = why.revoke && tokens !== null ? await revoke(tokens, context) : true;
    return { tokens, providerReached };
  };
}
