// Keeps userinfo of a session fresh: one call for all requests of all nodes, and a failure gives nobody anything.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Secret } from '../crypto/secret.ts';
import { asLatchkeyError, LatchkeyError } from '../errors.ts';
import type { EventContext } from '../events.ts';
import { type ClaimsParts, endBecause, type Fetch, step } from './claims-steps.ts';
import type { Freshness } from './keep-fresh.ts';
import type { LoadedSession } from './load-session.ts';
import { createPauses } from './pauses.ts';
import type { SessionRecord } from './record.ts';
import { lockWaiting } from './session-lock.ts';

/** `when_due` goes on with what is there where nothing newer is to be had; `anew` has it from the provider or rejects. */
export type ClaimsWanted = 'when_due' | 'anew';

/** Userinfo of sessions that go on. */
export interface KeepClaims {
  /** Whether userinfo is older than the configuration allows. */
  isDue(record: SessionRecord): boolean;
  /**
   * Fetches userinfo and has it written for all nodes. `anew` rejects with `provider_unavailable` when it was not to
   * be had, and with `store_unavailable` when it could not be written.
   */
  keep(session: LoadedSession, wanted: ClaimsWanted, context: EventContext): Promise<Freshness>;
}

/** What keeping claims fresh needs. */
export interface KeepClaimsParts extends ClaimsParts {
  /** Seconds after which userinfo is due; null: at login and after a refresh only. */
  readonly userinfoSeconds: number | null;
}

/** How far a fetch has come: the token may be renewed although userinfo fails after that. */
interface Progress {
  session: LoadedSession;
  renewed: Secret | null;
}

export function createKeepClaims(parts: KeepClaimsParts): KeepClaims {
  const { limits, userinfoSeconds } = parts;
  const underWay = new Map<string, Promise<Freshness>>();
  const pauses = createPauses();
  const isDue = ({ userAt }: SessionRecord): boolean =>
    userinfoSeconds !== null && limits.clock() - userAt >= userinfoSeconds * 1000;

  const whenDue = async (session: LoadedSession, context: EventContext): Promise<Freshness> => {
    const progress: Progress = { session, renewed: null };
    if (pauses.forSession(session.storeId) !== null) return { kind: 'fresh', ...progress };
    const isDone = (record: SessionRecord) => !isDue(record);
    try {
      return await fetchClaims(progress, { context, isDone, mayBeCached: true, mayWait: false }, parts);
    } catch (thrown) {
      report(asLatchkeyError(thrown), session, context);
      return { kind: 'fresh', ...progress };
    }
  };

  const anew = async (session: LoadedSession, context: EventContext): Promise<Freshness> => {
    const pausedBy = pauses.forAll();
    // A store that failed is asked all the same: that costs little, and here nothing may go on without it.
    if (pausedBy?.code === 'provider_unavailable') throw pausedBy;
    const since = limits.clock();
    const before = session.record.userAt;
    // What another node fetched while this request waited for the lock is as good.
    const isDone = ({ userAt }: SessionRecord) => userAt > before && userAt >= since;
    try {
      const fetch = { context, isDone, mayBeCached: false, mayWait: true };
      return await fetchClaims({ session, renewed: null }, fetch, parts);
    } catch (thrown) {
      const failure = asLatchkeyError(thrown);
      if (failure.code === 'store_unavailable') throw failure;
      report(failure, session, context);
      if (failure.code === 'provider_unavailable') throw failure;
      throw new LatchkeyError('provider_unavailable', { detail: failure.message, cause: failure });
    }
  };

  const report = (failure: LatchkeyError, { storeId, record }: LoadedSession, context: EventContext) => {
    pauses.begin(storeId, failure);
    const { code, message: detail } = failure;
    parts.emit({ ...context, type: 'userinfo_failed', subject: record.subject, code, detail });
  };

  return {
    isDue,
    keep(session, wanted, context) {
      const key = `${wanted} ${session.storeId}`;
      let running = underWay.get(key);
      if (running === undefined) {
        const attempt = wanted === 'anew' ? anew : whenDue;
        running = attempt(session, context).finally(() => underWay.delete(key));
        underWay.set(key, running);
      }
      return running;
    },
  };
}

/** Until it is done. A token that is refused is renewed once, and userinfo is asked for once more with the new one. */
async function fetchClaims(
  progress: Progress,
  fetch: Fetch & { readonly mayWait: boolean },
  parts: KeepClaimsParts,
): Promise<Freshness> {
  const startedAt = performance.now();
  let hasRenewed = false;
  while (performance.now() - startedAt < lockWaiting.longestMs) {
    const outcome = await step(progress.session, fetch, parts);
    if (outcome.kind === 'over') return outcome;
    progress.session = outcome.session;
    if (outcome.kind === 'done' || (outcome.kind === 'busy' && !fetch.mayWait)) {
      return { kind: 'fresh', ...progress };
    }
    if (outcome.kind === 'none') throw unavailable('the provider has no userinfo endpoint', 60);
    if (outcome.kind === 'refused' && hasRenewed) {
      return endBecause('userinfo_refused', outcome.session, fetch, parts);
    }
    if (outcome.kind === 'refused') {
      hasRenewed = true;
      if (!(await renewToken(progress, fetch, parts))) return { kind: 'over' };
    } else {
      await sleep(lockWaiting.pollMs);
    }
  }
  throw unavailable('nobody finished fetching userinfo in time');
}

/** False: the session has ended. */
async function renewToken(progress: Progress, { context }: Fetch, parts: KeepClaimsParts): Promise<boolean> {
  const { tokenHash } = progress.session.record;
  const freshness = await parts.keepFresh(progress.session, context, tokenHash);
  if (freshness.kind === 'over') return false;
  Object.assign(progress, { session: freshness.session, renewed: freshness.renewed ?? progress.renewed });
  if (freshness.session.record.tokenHash === tokenHash) {
    throw unavailable('userinfo endpoint answered 401, and the token could not be renewed now');
  }
  return true;
}

function unavailable(detail: string, retryAfterSeconds?: number): LatchkeyError {
  const later = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  return new LatchkeyError('provider_unavailable', { detail, ...later });
}
