// The steps of fetching userinfo anew: with the lock, from the cache or the provider, and written if nothing has moved.
import type { LockBackend, RecordBackend } from '../config/session-stores.ts';
import type { Emit, EventContext } from '../events.ts';
import type { CachedClaims, ClaimsCache } from './claims-cache.ts';
import type { EndSession } from './end-session.ts';
import type { KeepFresh } from './keep-fresh.ts';
import type { SessionLimits } from './lifetimes.ts';
import type { LoadedSession } from './load-session.ts';
import { putRecord, type SessionRecord } from './record.ts';
import { current, write } from './refresh-steps.ts';
import { withLock } from './session-lock.ts';
import type { TokenSet, TokenVault, VaultContent } from './token-set.ts';

/** What asking for userinfo came to. `none`: the provider has no userinfo. `token_refused`: 401. */
export type UserinfoAnswer =
  | { readonly kind: 'claims'; readonly claims: CachedClaims['claims'] }
  | { readonly kind: 'none' }
  | { readonly kind: 'other_subject' }
  | { readonly kind: 'token_refused' };

/** What fetching needs. */
export interface ClaimsParts {
  readonly records: RecordBackend;
  readonly vault: TokenVault;
  readonly locks: LockBackend;
  readonly limits: SessionLimits;
  readonly end: EndSession;
  readonly keepFresh: KeepFresh;
  readonly cache: ClaimsCache;
  /** Asks the provider. Rejects where there was no answer, or none that can be used. */
  readonly ask: (record: SessionRecord, tokens: TokenSet) => Promise<UserinfoAnswer>;
  /** The record with these claims in it. */
  readonly recordWith: (
    record: SessionRecord,
    tokens: TokenSet,
    claims: CachedClaims['claims'],
    at: number,
  ) => SessionRecord;
  /** Brings a renewed session in step with the directory; null: it has ended. */
  readonly settle: (session: LoadedSession, context: EventContext) => Promise<LoadedSession | null>;
  readonly emit: Emit;
}

/** One fetch for one session. */
export interface Fetch {
  readonly context: EventContext;
  /** The cache may answer in place of the provider. */
  readonly mayBeCached: boolean;
  /** Whether the record in the store has what is wanted already. */
  readonly isDone: (record: SessionRecord) => boolean;
}

/** `busy`: somebody else has the lock. `refused`: the provider takes the token of this session no more. */
export type Step =
  | { readonly kind: 'done' | 'busy' | 'none' | 'refused'; readonly session: LoadedSession }
  | { readonly kind: 'over' };

/** One attempt. Rejects with the store's error, or the provider's. */
export function step(session: LoadedSession, fetch: Fetch, parts: ClaimsParts): Promise<Step> {
  return withLock(parts.locks, session.storeId, async (mine) => {
    const now = await current(session, parts);
    if (now === null) return { kind: 'over' };
    if (fetch.isDone(now.session.record)) return { kind: 'done', session: now.session };
    return mine ? take(now.session, now.kept, fetch, parts) : { kind: 'busy', session: now.session };
  });
}

async function take(
  session: LoadedSession,
  kept: VaultContent,
  fetch: Fetch,
  parts: ClaimsParts,
): Promise<Step> {
  const { record } = session;
  const cached = fetch.mayBeCached ? await parts.cache.read(record) : null;
  if (cached !== null)
    return keep(session, kept, { ...cached, askedAt: cached.at, from: 'cache' }, fetch, parts);
  const askedAt = parts.limits.clock();
  const answer = await parts.ask(record, kept.tokens);
  if (answer.kind === 'none') return { kind: 'none', session };
  if (answer.kind === 'token_refused') {
    if (kept.tokens.refreshToken !== null) return { kind: 'refused', session };
    return endBecause('userinfo_refused', session, fetch, parts);
  }
  if (answer.kind === 'other_subject') return endBecause('other_subject', session, fetch, parts);
  const found = { claims: answer.claims, at: parts.limits.clock() };
  parts.cache.write(record, found);
  return keep(session, kept, { ...found, askedAt, from: 'provider' }, fetch, parts);
}

/** Claims to be written. */
interface Found extends CachedClaims {
  /** What others fetched since then may be newer. */
  readonly askedAt: number;
  readonly from: 'cache' | 'provider';
}

/** Writes. Where somebody else wrote meanwhile, the claims go into what stands there now, unless that has newer ones. */
async function keep(
  session: LoadedSession,
  kept: VaultContent,
  { claims, at, askedAt, from }: Found,
  fetch: Fetch,
  parts: ClaimsParts,
): Promise<Step> {
  const { storeId, data } = session;
  let now = { session, kept };
  for (;;) {
    const { tokens, version } = now.kept;
    const record = parts.recordWith(now.session.record, tokens, claims, at);
    const sealed = parts.vault.seal(storeId, tokens);
    if (await write(storeId, { latchkey: record, sealed, version }, parts)) {
      parts.emit({ ...fetch.context, type: 'claims_fetched', subject: record.subject, from });
      const written = { storeId, record, data: putRecord(data, record) };
      const settled = await parts.settle(written, fetch.context);
      return settled === null ? { kind: 'over' } : { kind: 'done', session: settled };
    }
    const latest = await current(session, parts);
    if (latest === null) return { kind: 'over' };
    if (latest.session.record.userAt >= askedAt) return { kind: 'done', session: latest.session };
    now = latest;
  }
}

/** Ends a session that the provider's answer has made impossible; its tokens are of no more use. */
export async function endBecause(
  reason: 'other_subject' | 'userinfo_refused',
  session: LoadedSession,
  fetch: Fetch,
  parts: ClaimsParts,
): Promise<{ readonly kind: 'over' }> {
  // Signed out meanwhile: it has ended already, and says so once.
  if ((await current(session, parts)) !== null) {
    await parts.end(session, { reason, revoke: true }, fetch.context);
  }
  return { kind: 'over' };
}
