// Keeps the tokens of a session alive: one refresh for all requests of all nodes, and its result for each of them.
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallListener } from '../config/call-listener.ts';
import type { LockBackend, RecordBackend } from '../config/session-stores.ts';
import type { Secret } from '../crypto/secret.ts';
import { asLatchkeyError, LatchkeyError } from '../errors.ts';
import type { Emit, EventContext } from '../events.ts';
import { reportCall } from '../tracing/timed-call.ts';
import type { EndSession } from './end-session.ts';
import type { SessionLimits } from './lifetimes.ts';
import type { LoadedSession } from './load-session.ts';
import { createPauses } from './pauses.ts';
import { putRecord, type SessionRecord } from './record.ts';
import { current, isDue, write } from './refresh-steps.ts';
import { lockWaiting, withLock } from './session-lock.ts';
import type { TokenSet, TokenVault, VaultContent } from './token-set.ts';

/** What asking the provider came to. */
export type RefreshOutcome =
  | { readonly kind: 'refreshed'; readonly record: SessionRecord; readonly tokens: TokenSet }
  | { readonly kind: 'refused' | 'changed'; readonly detail: string };

/** `renewed`: the access token to hand out, where it is another than the session had. */
export type Freshness =
  | { readonly kind: 'fresh'; readonly session: LoadedSession; readonly renewed: Secret | null }
  | { readonly kind: 'over' };

/**
 * Refreshes where it is due. Rejects with `provider_unavailable` when the token is dead and cannot be renewed now.
 * @param refused - the digest of a token that the provider takes no more: it is renewed although it is not due
 */
export type KeepFresh = (
  session: LoadedSession,
  context: EventContext,
  refused?: string,
) => Promise<Freshness>;

/** What keeping fresh needs. */
export interface KeepFreshParts {
  readonly records: RecordBackend;
  readonly vault: TokenVault;
  readonly locks: LockBackend;
  readonly limits: SessionLimits;
  readonly end: EndSession;
  /** Asks the provider, for userinfo as well where that is wanted. Rejects only where trying again later makes sense. */
  readonly refresh: (
    record: SessionRecord,
    tokens: TokenSet,
    withUserinfo: boolean,
  ) => Promise<RefreshOutcome>;
  /** Tells the provider that tokens are of no more use; never rejects. */
  readonly revoke: (tokens: TokenSet, context: EventContext) => Promise<boolean>;
  /** Brings a renewed session in step with the directory; null: it has ended. */
  readonly settle: (session: LoadedSession, context: EventContext) => Promise<LoadedSession | null>;
  readonly emit: Emit;
  readonly onCall?: CallListener | undefined;
}

/** The same for one request: the one that came first speaks for all who wait with it. */
interface OwnParts extends KeepFreshParts {
  readonly context: EventContext;
  readonly refused: string | undefined;
}

/** After the provider failed, nobody asks it again for so long; where one session's answer is bad, that one alone. */
const pauseMs = 2000;

export function createKeepFresh(parts: KeepFreshParts): KeepFresh {
  const underWay = new Map<string, Promise<Freshness>>();
  const pauses = createPauses(pauseMs);

  const attempt: KeepFresh = async (session, context, refused) => {
    const isAlive = () => session.record.tokenExpiresAt > parts.limits.clock();
    const pausedBy = pauses.forSession(session.storeId);
    if (pausedBy !== null) {
      if (isAlive()) return { kind: 'fresh', session, renewed: null };
      throw pausedBy;
    }
    try {
      return await renew(session, { ...parts, context, refused });
    } catch (thrown) {
      const failure = asLatchkeyError(thrown);
      if (failure.code === 'store_unavailable') throw failure;
      // Metadata that cannot be used, and whatever else: this token still serves, and later it may go well.
      const error = failure.code === 'provider_unavailable' ? failure : unavailable(failure);
      pauses.begin(session.storeId, error, isOutage(failure));
      const { subject } = session.record;
      const { code, message: detail } = failure;
      parts.emit({ ...context, type: 'refresh_failed', subject, code, detail });
      if (!isAlive()) throw error;
      return { kind: 'fresh', session, renewed: null };
    }
  };

  return (session, context, refused) => {
    const key = `${session.storeId} ${refused ?? ''}`;
    let running = underWay.get(key);
    if (running === undefined) {
      running = attempt(session, context, refused).finally(() => underWay.delete(key));
      underWay.set(key, running);
    }
    return running;
  };
}

/** Takes the lock or waits for whoever has it, until the session is fresh, over, or nobody gets anywhere. */
async function renew(session: LoadedSession, parts: OwnParts): Promise<Freshness> {
  const startedAt = performance.now();
  let waited = false;
  while (performance.now() - startedAt < lockWaiting.longestMs) {
    const outcome = await withLock(parts.locks, session.storeId, (mine) => step(session, mine, parts));
    if (outcome !== 'again') {
      if (waited) reportCall(parts.onCall, 'lock_wait', 'refresh', 'ok', startedAt);
      return outcome;
    }
    waited = true;
    await sleep(lockWaiting.pollMs);
  }
  reportCall(parts.onCall, 'lock_wait', 'refresh', 'timeout', startedAt);
  throw new LatchkeyError('provider_unavailable', { detail: 'nobody finished the refresh in time' });
}

async function step(session: LoadedSession, mine: boolean, parts: OwnParts): Promise<Freshness | 'again'> {
  const now = await current(session, parts);
  if (now === null) return { kind: 'over' };
  const { record } = now.session;
  if (record.tokenHash !== parts.refused && !isDue(record, parts)) {
    return { kind: 'fresh', session: now.session, renewed: now.kept.tokens.accessToken };
  }
  if (mine) return renewAlone(now.session, now.kept, parts);
  // Somebody is at it, and this token still serves.
  const serves = parts.refused === undefined && record.tokenExpiresAt > parts.limits.clock();
  return serves ? { kind: 'fresh', session: now.session, renewed: null } : 'again';
}

/** With the lock: asks the provider and writes what came of it. `again`: somebody else wrote meanwhile. */
async function renewAlone(
  session: LoadedSession,
  kept: VaultContent,
  parts: OwnParts,
): Promise<Freshness | 'again'> {
  const { storeId, record } = session;
  const { context } = parts;
  const outcome = await parts.refresh(record, kept.tokens, parts.refused === undefined);
  if (outcome.kind !== 'refreshed') {
    const latest = await parts.vault.read(storeId);
    // A lock that was lost on the way let another one in; then that one's tokens are the right ones.
    if (latest !== null && latest.version !== kept.version) return 'again';
    const changed = outcome.kind === 'changed';
    parts.emit({
      ...context,
      type: 'refresh_failed',
      subject: record.subject,
      code: outcome.kind,
      detail: outcome.detail,
    });
    const reason = changed ? 'other_subject' : 'refresh_refused';
    await parts.end(session, { reason, revoke: changed }, context);
    return { kind: 'over' };
  }
  const sealed = parts.vault.seal(storeId, outcome.tokens);
  let renewal = { latchkey: outcome.record, sealed, version: kept.version };
  while (!(await write(storeId, renewal, parts))) {
    const now = await current(session, parts);
    // Signed out while the provider was asked: nobody is left to use these.
    if (now === null) await parts.revoke(outcome.tokens, context);
    if (now === null || now.session.record.tokenHash !== record.tokenHash) return 'again';
    // Claims or local rights alone were written. The tokens there are used up: these replace them. Local rights are
    // those that stand there; which claims are newer nobody can tell, so they count as old.
    const { local, userAt } = now.session.record;
    const latest = { ...outcome.record, local, userAt: userAt === record.userAt ? outcome.record.userAt : 0 };
    renewal = { latchkey: latest, sealed, version: now.kept.version };
  }
  parts.emit({ ...context, type: 'tokens_refreshed', subject: record.subject });
  const data = putRecord(session.data, renewal.latchkey);
  const settled = await parts.settle({ storeId, record: renewal.latchkey, data }, context);
  if (settled === null) return { kind: 'over' };
  return { kind: 'fresh', session: settled, renewed: outcome.tokens.accessToken };
}

/** Where the provider answered and only this session's answer cannot be used, that is nobody else's trouble. */
function isOutage({ code, cause }: LatchkeyError): boolean {
  return (cause instanceof LatchkeyError ? cause.code : code) === 'provider_unavailable';
}

function unavailable(cause: LatchkeyError): LatchkeyError {
  return new LatchkeyError('provider_unavailable', { detail: cause.message, cause });
}
