// Local provider storage in an SQLite database: one table, so that sign-ins survive a restart.
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { systemClock } from '../clock.ts';
import { openPrivateDatabase } from './embedded-database.ts';
import type { LocalProviderStorage, StoredEntry } from './provider-storage.ts';

/** Several processes of one machine may serve the same provider. */
const sharing = 'PRAGMA busy_timeout = 500; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;';
const schema = `
  CREATE TABLE IF NOT EXISTS provider_entries (
    model TEXT NOT NULL,
    id TEXT NOT NULL,
    payload TEXT NOT NULL,
    expires_at INTEGER,
    grant_id TEXT,
    uid TEXT,
    user_code TEXT,
    consumed_at INTEGER,
    PRIMARY KEY (model, id)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS provider_entries_expires_at ON provider_entries (expires_at);
  CREATE INDEX IF NOT EXISTS provider_entries_grant_id ON provider_entries (grant_id) WHERE grant_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS provider_entries_uid ON provider_entries (model, uid) WHERE uid IS NOT NULL;
  CREATE INDEX IF NOT EXISTS provider_entries_user_code ON provider_entries (model, user_code)
    WHERE user_code IS NOT NULL;
`;
const live = '(expires_at IS NULL OR expires_at > ?)';
const columns = 'SELECT payload, consumed_at FROM provider_entries WHERE model = ?';
const sweepEvery = 200;

/** Storage in an SQLite file that this function opens; `close` closes it. */
export function openProviderStorage(path: string): LocalProviderStorage & { close(): void } {
  const database = openPrivateDatabase(path);
  database.exec(sharing);
  return { ...embeddedProviderStorage(database), close: () => database.close() };
}

/**
 * Keeps what the local provider must remember in `database`; makes its table `provider_entries` when missing.
 * Expired rows go at the start and with every 200th write. The caller opens and closes the database.
 */
export function embeddedProviderStorage(database: DatabaseSync, clock = systemClock): LocalProviderStorage {
  database.exec(schema);
  // INSERT OR REPLACE gives the row a new rowid, so the highest rowid is the one written last.
  const put = database.prepare('INSERT OR REPLACE INTO provider_entries VALUES (?, ?, ?, ?, ?, ?, ?, NULL)');
  const byId = database.prepare(`${columns} AND id = ? AND ${live}`);
  const byUid = database.prepare(`${columns} AND uid = ? AND ${live} ORDER BY rowid DESC LIMIT 1`);
  const byUserCode = database.prepare(`${columns} AND user_code = ? AND ${live} ORDER BY rowid DESC LIMIT 1`);
  const consume = database.prepare(
    `UPDATE provider_entries SET consumed_at = ? WHERE model = ? AND id = ? AND consumed_at IS NULL AND ${live}`,
  );
  const remove = database.prepare('DELETE FROM provider_entries WHERE model = ? AND id = ?');
  const revoke = database.prepare('DELETE FROM provider_entries WHERE grant_id = ?');
  const sweep = database.prepare('DELETE FROM provider_entries WHERE expires_at <= ?');
  let writes = 0;

  return {
    async put(model, id, entry) {
      if (writes % sweepEvery === 0) sweep.run(clock());
      writes += 1;
      const expiresAt = entry.expiresInSeconds === null ? null : clock() + entry.expiresInSeconds * 1000;
      put.run(model, id, JSON.stringify(entry.payload), expiresAt, entry.grantId, entry.uid, entry.userCode);
    },
    async get(model, id) {
      return read(byId.get(model, id, clock()));
    },
    async getByUid(model, uid) {
      return read(byUid.get(model, uid, clock()));
    },
    async getByUserCode(model, userCode) {
      return read(byUserCode.get(model, userCode, clock()));
    },
    async consume(model, id) {
      return consume.run(Math.floor(clock() / 1000), model, id, clock()).changes === 1;
    },
    async delete(model, id) {
      remove.run(model, id);
    },
    async revokeByGrantId(grantId) {
      revoke.run(grantId);
    },
  };
}

function read(row: Record<string, SQLOutputValue> | undefined): StoredEntry | null {
  if (row === undefined) return null;
  const { payload, consumed_at: consumedAt } = row;
  if (typeof payload !== 'string') throw new TypeError('provider_entries.payload is not text');
  return { payload: JSON.parse(payload), consumedAt: typeof consumedAt === 'number' ? consumedAt : null };
}
