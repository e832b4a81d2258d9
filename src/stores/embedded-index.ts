// The session index in SQLite: one row for each session under each key.
import type { DatabaseSync } from 'node:sqlite';
import type { SessionIndex } from '../config/session-stores.ts';
import { answering } from './embedded-answer.ts';

const schema = `
CREATE TABLE IF NOT EXISTS indexed (
  key TEXT NOT NULL, id TEXT NOT NULL, started_at INTEGER NOT NULL, ends_at INTEGER NOT NULL, PRIMARY KEY (key, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS indexed_by_end ON indexed (ends_at);`;

/** The index, and the removal of what is over. */
export interface EmbeddedIndex {
  readonly index: SessionIndex;
  sweep(): void;
}

/**
 * Makes the index and its table, where that is missing.
 * @param now - milliseconds since the epoch, whole
 */
export function embeddedIndex(database: DatabaseSync, now: () => number): EmbeddedIndex {
  database.exec(schema);
  const add = database.prepare(
    'INSERT OR REPLACE INTO indexed (key, id, started_at, ends_at) VALUES (?, ?, ?, ?)',
  );
  const drop = database.prepare('DELETE FROM indexed WHERE key = ? AND started_at < ?');
  const list = database.prepare(
    'SELECT id, started_at FROM indexed WHERE key = ? AND ends_at > ? ORDER BY started_at, id',
  );
  const remove = database.prepare('DELETE FROM indexed WHERE key = ? AND id = ?');
  const removeEnded = database.prepare('DELETE FROM indexed WHERE ends_at <= ?');
  return {
    index: {
      add: answering((key, { id, startedAt }, seconds) => {
        const life = Math.trunc(seconds * 1000);
        add.run(key, id, Math.trunc(startedAt), now() + life);
        drop.run(key, Math.trunc(startedAt) - life);
      }),
      list: answering((key: string) =>
        list.all(key, now()).map((row) => ({ id: String(row.id), startedAt: Number(row.started_at) })),
      ),
      remove: answering((key: string, id: string) => void remove.run(key, id)),
    },
    sweep: () => void removeEnded.run(now()),
  };
}
