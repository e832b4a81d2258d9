// Writes what the directory says into a live session: by version, so that a refresh and it never undo each other.
import type { RecordBackend } from '../config/session-stores.ts';
import type { LoadedSession } from './load-session.ts';
import { type LocalAccess, putRecord, recordOf } from './record.ts';
import { write } from './refresh-steps.ts';
import type { TokenVault } from './token-set.ts';

/** Where it is written. */
export interface PutRightsParts {
  readonly records: RecordBackend;
  readonly vault: TokenVault;
}

/**
 * The session with these rights in it. `ended`: it has ended meanwhile, and stays so. `stuck`: its vault is lost, so
 * that nothing can be written into it. Rejects when the store is broken.
 */
export async function putRights(
  { storeId, data }: LoadedSession,
  local: LocalAccess,
  { records, vault }: PutRightsParts,
): Promise<LoadedSession | 'ended' | 'stuck'> {
  for (;;) {
    // The vault first: a record that is newer than this version is then never replaced by an older one.
    const kept = await vault.read(storeId);
    const record = recordOf(await records.read(storeId));
    if (record === null) return 'ended';
    if (isSameAccess(record.local, local)) return withRecord(record);
    if (kept === null) return 'stuck';
    const latchkey = { ...record, local };
    const sealed = vault.seal(storeId, kept.tokens);
    if (await write(storeId, { latchkey, sealed, version: kept.version }, { records })) {
      return withRecord(latchkey);
    }
  }

  function withRecord(record: LoadedSession['record']): LoadedSession {
    // The object a handler may hold already, with what is new in it.
    return { storeId, record, data: putRecord(data, record) };
  }
}

/** Whether both allow the same, in whatever order. */
export function isSameAccess(one: LocalAccess | null, other: LocalAccess): boolean {
  if (one === null) return false;
  return isSameSet(one.permissions, other.permissions) && isSameSet(one.roles, other.roles);
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  return new Set(one).symmetricDifference(new Set(other)).size === 0;
}
