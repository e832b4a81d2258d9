// Keeps the tokens of a session alive: one refresh for all requests of all nodes, and its result for each of them.
import { setTimeout as sleep } from 'node:timers/promises';
import type { LockBackend, RecordBackend } from '../config/session-stores.ts';
import { randomToken } from '../crypto/random.ts';
import type { Secret } from '../crypto/secret.ts';
import { asLatchkeyError, LatchkeyError } from '../errors.ts';
import type { Emit, EventContext } from '../events.ts';
import type { EndSession } from './end-session.ts';
import type { SessionLimits } from './lifetimes.ts';
import type { LoadedSession } from './load-session.ts';
import type { SessionRecord } from './record.ts';
import { current, isDue, write } from './refresh-steps.ts';
import type { TokenSet, TokenVault, VaultContent } from './token-set.ts';

/** What asking the provider came to. */
export type RefreshOutcome =
  | { readonly kind: 'refreshed'; readonly record: SessionRecord; readonly tokens: TokenSet }
  | { readonly kind: 'refused' | 'changed'; readonly detail: string };

/** `renewed`: the access token to hand out, where it is another than the session had. */
export type Freshness =
  | { readonly kind: 'fresh'; readonly session: LoadedSession; readonly renewed: Secret | null }
  | { readonly kind: 'over' };

/** Refreshes where it is due. Rejects with `provider_unavailable` when the token is dead and cannot be renewed now. */
export type KeepFresh = (session: LoadedSession, context: EventContext) => Promise<Freshness>;

/** What keeping fresh needs. */
export interface KeepFreshParts {
  readonly records: RecordBackend;
  readonly vault: TokenVault;
  readonly locks: LockBackend;
  readonly limits: SessionLimits;
  readonly end: EndSession;
  /** Asks the provider. Rejects only where trying again later makes sense. */
  readonly refresh: (record: SessionRecord, tokens: TokenSet) => Promise<RefreshOutcome>;
  /** Tells the provider that tokens are of no more use; never rejects. */
  readonly revoke: (tokens: TokenSet, context: EventContext) => Promise<boolean>;
  readonly emit: Emit;
}

/** The same for one request: the one that came first speaks for all who wait with it. */
interface OwnParts extends KeepFreshParts {
  readonly context: EventContext;
}

const leaseMs = 10_000;
const pollMs = 25;
const longestWaitMs = 15_000;
/** After the provider failed, nobody asks it again for so long: requests must not queue up behind its time limit. */
const pauseMs = 2000;

export function createKeepFresh(parts: KeepFreshParts): KeepFresh {
  const underWay = new Map<string, Promise<Freshness>>();
  let paused: { readonly until: number; readonly error: LatchkeyError } | null = null;

  const attempt = async (session: LoadedSession, context: EventContext): Promise<Freshness> => {
    const isAlive = () => session.record.tokenExpiresAt > parts.limits.clock();
    if (paused !== null && performance.now() < paused.until) {
      if (isAlive()) return { kind: 'fresh', session, renewed: null };
      throw paused.error;
    }
    try {
      return await renew(session, { ...parts, context });
    } catch (thrown) {
      const failure = asLatchkeyError(thrown);
      if (failure.code === 'store_unavailable') throw failure;
      // Metadata that cannot be used, and whatever else: this token still serves, and later it may go well.
      const error = failure.code === 'provider_unavailable' ? failure : unavailable(failure);
      paused = { until: performance.now() + pauseMs, error };
      const { subject } = session.record;
      const { code, message: detail } = failure;
      parts.emit({ ...context, type: 'refresh_failed', subject, code, detail });
      if (!isAlive()) throw error;
      return { kind: 'fresh', session, renewed: null };
    }
  };

  return (session, context) => {
    let running = underWay.get(session.storeId);
    if (running === undefined) {
      running = attempt(session, context).finally(() => underWay.delete(session.storeId));
      underWay.set(session.storeId, running);
    }
    return running;
  };
}

/** Takes the lock or waits for whoever has it, until the session is fresh, over, or nobody gets anywhere. */
async function renew(session: LoadedSession, parts: OwnParts): Promise<Freshness> {
  const { storeId } = session;
  const startedAt = performance.now();
  while (performance.now() - startedAt < longestWaitMs) {
    const owner = randomToken(12);
    const mine = await parts.locks.take(storeId, owner, leaseMs);
    const extending = mine
      ? setInterval(() => extend(parts, storeId, owner), leaseMs / 3).unref()
      : undefined;
    try {
      const now = await current(session, parts);
      if (now === null) return { kind: 'over' };
      if (!isDue(now.session.record, parts)) {
        return { kind: 'fresh', session: now.session, renewed: now.kept.tokens.accessToken };
      }
      if (mine) {
        const outcome = await renewAlone(now.session, now.kept, parts);
        if (outcome !== 'again') return outcome;
      } else if (now.session.record.tokenExpiresAt > parts.limits.clock()) {
        // Somebody is at it, and this token still serves.
        return { kind: 'fresh', session: now.session, renewed: null };
      }
    } finally {
      clearInterval(extending);
      if (mine) await parts.locks.release(storeId, owner).catch(() => {});
    }
    await sleep(pollMs);
  }
  throw new LatchkeyError('provider_unavailable', { detail: 'nobody finished the refresh in time' });
}

/** With the lock: asks the provider and writes what came of it. `again`: somebody else wrote meanwhile. */
async function renewAlone(
  session: LoadedSession,
  kept: VaultContent,
  parts: OwnParts,
): Promise<Freshness | 'again'> {
  const { storeId, record } = session;
  const { context } = parts;
  const outcome = await parts.refresh(record, kept.tokens);
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
  const renewal = { latchkey: outcome.record, sealed, version: kept.version };
  if (!(await write(storeId, renewal, parts))) {
    // Signed out while the provider was asked: nobody is left to use these.
    if ((await current(session, parts)) === null) await parts.revoke(outcome.tokens, context);
    return 'again';
  }
  parts.emit({ ...context, type: 'tokens_refreshed', subject: record.subject });
  const data = Object.assign(session.data, { latchkey: outcome.record });
  return {
    kind: 'fresh',
    session: { storeId, record: outcome.record, data },
    renewed: outcome.tokens.accessToken,
  };
}

function extend({ locks }: KeepFreshParts, storeId: string, owner: string): void {
  // Failing here costs the lock at most; the version of the vault decides who may write.
  locks.extend(storeId, owner, leaseMs).catch(() => {});
}

function unavailable(cause: LatchkeyError): LatchkeyError {
  return new LatchkeyError('provider_unavailable', { detail: cause.message, cause });
}
