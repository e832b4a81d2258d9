// Local provider storage in the memory of this process: for tests and for throw-away servers.
import { type Clock, systemClock } from '../clock.ts';
import type { LocalProviderStorage, StoredEntry } from '../stores/provider-storage.ts';

/** Options of `memoryProviderStorage`. */
export interface MemoryProviderStorageOptions {
  /** Default: the system clock. */
  readonly clock?: Clock;
  /** The oldest entries go when there are more. Default 20,000. */
  readonly maxEntries?: number;
}

interface Row {
  readonly model: string;
  /** JSON, so that nobody holds a live reference to what is stored. */
  readonly payload: string;
  readonly expiresAt: number;
  readonly grantId: string | null;
  readonly uid: string | null;
  readonly userCode: string | null;
  consumedAt: number | null;
}

const sweepEvery = 500;

/** A storage that forgets everything with the process. Bounded; look-ups other than by id walk through all of it. */
export function memoryProviderStorage(options: MemoryProviderStorageOptions = {}): LocalProviderStorage {
  const { clock = systemClock, maxEntries = 20_000 } = options;
  const rows = new Map<string, Row>();
  let writes = 0;

  const isLive = (row: Row | undefined): row is Row => row !== undefined && row.expiresAt > clock();
  const liveRow = (model: string, id: string): Row | null => {
    const row = rows.get(keyOf(model, id));
    return isLive(row) ? row : null;
  };
  const lastLive = (matches: (row: Row) => boolean): StoredEntry | null => {
    let found: Row | null = null;
    for (const row of rows.values()) if (matches(row) && isLive(row)) found = row;
    return found === null ? null : read(found);
  };
  const sweep = (): void => {
    for (const [key, row] of rows) if (!isLive(row)) rows.delete(key);
  };

  return {
    async put(model, id, entry) {
      const key = keyOf(model, id);
      const { expiresInSeconds, payload, grantId, uid, userCode } = entry;
      const expiresAt =
        expiresInSeconds === null ? Number.POSITIVE_INFINITY : clock() + expiresInSeconds * 1000;
      // A Map keeps insertion order, so deleting first makes the newest entry the last one.
      rows.delete(key);
      rows.set(key, {
        model,
        payload: JSON.stringify(payload),
        expiresAt,
        grantId,
        uid,
        userCode,
        consumedAt: null,
      });
      writes += 1;
      if (writes % sweepEvery === 0) sweep();
      const oldest = rows.keys().next().value;
      if (rows.size > maxEntries && oldest !== undefined) rows.delete(oldest);
    },
    async get(model, id) {
      const row = liveRow(model, id);
      return row === null ? null : read(row);
    },
    async getByUid(model, uid) {
      return lastLive((row) => row.model === model && row.uid === uid);
    },
    async getByUserCode(model, userCode) {
      return lastLive((row) => row.model === model && row.userCode === userCode);
    },
    async consume(model, id) {
      const row = liveRow(model, id);
      if (row === null || row.consumedAt !== null) return false;
      row.consumedAt = Math.floor(clock() / 1000);
      return true;
    },
    async delete(model, id) {
      rows.delete(keyOf(model, id));
    },
    async revokeByGrantId(grantId) {
      for (const [key, row] of rows) if (row.grantId === grantId) rows.delete(key);
    },
  };
}

function keyOf(model: string, id: string): string {
  return `${model}:${id}`;
}

function read(row: Row): StoredEntry {
  const payload: Record<string, unknown> = JSON.parse(row.payload);
  return { payload, consumedAt: row.consumedAt };
}
