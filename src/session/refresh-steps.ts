// The steps of a refresh that touch the store: what stands there now, whether it is due, and writing what is new.
import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordBackend, Renewal } from '../config/session-stores.ts';
import type { SessionLimits } from './lifetimes.ts';
import type { LoadedSession } from './load-session.ts';
import { putRecord, recordOf, type SessionRecord } from './record.ts';
import type { TokenVault, VaultContent } from './token-set.ts';

/** Where a refresh reads and writes. */
export interface RefreshStores {
  readonly records: RecordBackend;
  readonly vault: TokenVault;
  readonly limits: SessionLimits;
}

const writePauseMs = 250;

/** The session as it stands in the store now; null when it has ended. */
export async function current(
  session: LoadedSession,
  parts: RefreshStores,
): Promise<{ session: LoadedSession; kept: VaultContent } | null> {
  const [kept, stored] = await Promise.all([
    parts.vault.read(session.storeId),
    parts.records.read(session.storeId),
  ]);
  const record = recordOf(stored);
  if (kept === null || record === null) return null;
  // The object a handler may hold already, with what is new in it.
  const data = putRecord(session.data, record);
  return { session: { storeId: session.storeId, record, data }, kept };
}

/** Whether the token is to be renewed: some time before it ends, so that nobody is served with a dead one. */
export function isDue(record: SessionRecord, { limits }: Pick<RefreshStores, 'limits'>): boolean {
  return record.refreshAt !== null && limits.clock() >= record.refreshAt;
}

/** Tried three times: what came from the provider replaces a refresh token that works no more. */
export async function write(
  storeId: string,
  renewal: Renewal,
  { records }: Pick<RefreshStores, 'records'>,
): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await records.renew(storeId, renewal);
    } catch (thrown) {
      if (attempt === 3) throw thrown;
      await sleep(writePauseMs * attempt);
    }
  }
}
