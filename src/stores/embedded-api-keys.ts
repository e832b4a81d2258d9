// API keys in one SQLite file: their digests, what they may do, and when they were last used.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SQLOutputValue } from 'node:sqlite';
import type { ApiKeyRecord, ApiKeyStore } from '../config/api-key-store.ts';
import { answering } from './embedded-answer.ts';
import { openPrivateDatabase } from './embedded-database.ts';
import { readApiKey, writeApiKey } from './stored-api-key.ts';

const schema = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA busy_timeout = 500;
CREATE TABLE IF NOT EXISTS api_keys (
  id TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE, owner_issuer TEXT, owner_subject TEXT, record TEXT NOT NULL,
  created_at INTEGER NOT NULL, revoked_at INTEGER, last_used_at INTEGER
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS api_keys_by_owner ON api_keys (owner_subject, owner_issuer, created_at);`;

const columns = 'record, revoked_at, last_used_at';

/**
 * API keys in an SQLite file that survives restarts; other processes on the machine may use the same file.
 * @param path - the file; its folder is made where it is missing
 */
export function embeddedApiKeys(path: string): ApiKeyStore {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const database = openPrivateDatabase(path);
  database.exec(schema);
  const find = database.prepare(`SELECT ${columns} FROM api_keys WHERE digest = ?`);
  const insert = database.prepare(
    'INSERT INTO api_keys (id, digest, owner_issuer, owner_subject, record, created_at, revoked_at, last_used_at) ' +
      'VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  // IS, because nothing equals NULL.
  const list = database.prepare(
    `SELECT ${columns} FROM api_keys WHERE owner_subject IS ? AND owner_issuer IS ? ORDER BY created_at DESC, id DESC`,
  );
  const revoke = database.prepare(
    'UPDATE api_keys SET revoked_at = coalesce(revoked_at, ?) WHERE id = ? RETURNING digest',
  );
  const noteUse = database.prepare(
    'UPDATE api_keys SET last_used_at = max(coalesce(last_used_at, 0), ?) WHERE id = ?',
  );
  return {
    find: answering((digest) => {
      const row = find.get(digest);
      return row === undefined ? null : recordIn(row);
    }),
    insert: answering((digest, record) => {
      const { id, owner, createdAt, revokedAt, lastUsedAt } = record;
      const [issuer, subject] = [owner?.issuer ?? null, owner?.subject ?? null];
      insert.run(id, digest, issuer, subject, writeApiKey(record), createdAt, revokedAt, lastUsedAt);
    }),
    list: answering((owner) => list.all(owner?.subject ?? null, owner?.issuer ?? null).map(recordIn)),
    revoke: answering((id: string, at: number) => {
      const row = revoke.get(at, id);
      return row === undefined ? null : String(row.digest);
    }),
    noteUse: answering((id: string, at: number) => void noteUse.run(at, id)),
    ping: answering(() => void database.exec('SELECT 1')),
    async close() {
      if (database.isOpen) database.close();
    },
  };
}

/** What changes has a column of its own; the rest was written once. */
function recordIn(row: Record<string, SQLOutputValue>): ApiKeyRecord {
  const { record, revoked_at: revokedAt, last_used_at: lastUsedAt } = row;
  return { ...readApiKey(String(record)), revokedAt: timeIn(revokedAt), lastUsedAt: timeIn(lastUsedAt) };
}

function timeIn(value: SQLOutputValue | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}
