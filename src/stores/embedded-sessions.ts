// Sessions in one SQLite file, or in memory: for one process, without any server beside it.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type {
  Renewal,
  SessionLifetimes,
  SessionStoreFactory,
  SessionStores,
} from '../config/session-stores.ts';
import { answering } from './embedded-answer.ts';
import { openPrivateDatabase } from './embedded-database.ts';
import { embeddedIndex } from './embedded-index.ts';
import {
  keepPart,
  readSession,
  replacePart,
  stampOf,
  stampWidth,
  writePart,
  writeSession,
} from './stored-session.ts';
import { readVault, writeVault } from './stored-vault.ts';

/** How often expired rows are removed, in milliseconds. */
const sweepEveryMs = 60_000;

/**
 * Sessions in an SQLite file that survives restarts.
 * @param path - the file; its folder is made where it is missing
 */
export function embeddedSessions(path: string): SessionStoreFactory {
  return (lifetimes) => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return openStores(openPrivateDatabase(path), 'embedded', lifetimes);
  };
}

/** Sessions in the memory of this process: gone with it. For tests and trials. */
export function memorySessions(): SessionStoreFactory {
  return (lifetimes) => openStores(new DatabaseSync(':memory:'), 'memory', lifetimes);
}

const schema = `
PRAGMA busy_timeout = 500;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, value TEXT NOT NULL, ends_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS kept_by_end ON kept (ends_at);`;

function openStores(
  database: DatabaseSync,
  kind: 'embedded' | 'memory',
  lifetimes: SessionLifetimes,
): SessionStores {
  database.exec(schema);
  const select = database.prepare('SELECT value FROM kept WHERE key = ? AND ends_at > ?');
  const replace = database.prepare('INSERT OR REPLACE INTO kept (key, value, ends_at) VALUES (?, ?, ?)');
  const claim = database.prepare(
    'INSERT INTO kept (key, value, ends_at) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET ' +
      'value = excluded.value, ends_at = excluded.ends_at WHERE kept.ends_at <= ?',
  );
  const update = database.prepare('UPDATE kept SET value = ?, ends_at = ? WHERE key = ? AND ends_at > ?');
  const stamp = database.prepare(
    `UPDATE kept SET value = ? || substr(value, ${stampWidth + 1}), ends_at = ? WHERE key = ? AND ends_at > ?`,
  );
  const rewrite = database.prepare('UPDATE kept SET value = ? WHERE key = ?');
  const extend = database.prepare('UPDATE kept SET ends_at = ? WHERE key = ? AND value = ? AND ends_at > ?');
  const release = database.prepare('DELETE FROM kept WHERE key = ? AND value = ?');
  const lease = database.prepare('UPDATE kept SET ends_at = ? WHERE key = ? AND ends_at > ?');
  const remove = database.prepare('DELETE FROM kept WHERE key = ?');
  const removeEnded = database.prepare('DELETE FROM kept WHERE ends_at <= ?');

  const now = () => Math.trunc(lifetimes.now());
  const endOf = (seconds: number) => now() + Math.trunc(seconds * 1000);
  const indexed = embeddedIndex(database, now);
  const sweeper = setInterval(() => {
    try {
      removeEnded.run(now());
      indexed.sweep();
    } catch {
      // Locked or full: the rows are ignored by their time, and the next round removes them.
    }
  }, sweepEveryMs).unref();
  const record = (id: string) => `session:${id}`;
  const vault = (id: string) => `vault:${id}`;
  const once = (key: string) => `once:${key}`;
  const lock = (key: string) => `lock:${key}`;
  /** Other processes may use the same file: reading and writing belong together. */
  const together = <T>(work: () => T): T => {
    database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      database.exec('COMMIT');
      return result;
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  };

  const read = (key: string): string | null => {
    const row = select.get(key, now());
    return typeof row?.value === 'string' ? row.value : null;
  };

  return {
    kind,
    records: {
      read: answering((id: string) => {
        const text = read(record(id));
        return text === null ? null : readSession(text);
      }),
      insert: answering((id, session) => {
        const seconds = lifetimes.secondsLeft(session);
        if (seconds > 0) replace.run(record(id), writeSession(session, now()), endOf(seconds));
      }),
      update: answering((id, session) => {
        const endsAt = endOf(lifetimes.secondsLeft(session));
        together(() => {
          const stored = read(record(id));
          if (stored === null) return;
          update.run(keepPart(stored, writeSession(session, now())), endsAt, record(id), now());
          lease.run(endsAt, vault(id), now());
        });
      }),
      renew: answering((id: string, { latchkey, sealed, version }: Renewal) =>
        together(() => {
          const stored = read(record(id));
          const held = readVault(read(vault(id)));
          if (stored === null || held === null) return false;
          if (held.version === version + 1 && held.sealed === sealed) return true;
          if (held.version !== version) return false;
          rewrite.run(replacePart(stored, writePart(latchkey)), record(id));
          rewrite.run(writeVault({ version: version + 1, sealed }), vault(id));
          return true;
        }),
      ),
      touch: answering((id, session) => {
        const endsAt = endOf(lifetimes.secondsLeft(session));
        const { changes } = stamp.run(stampOf(now()), endsAt, record(id), now());
        if (changes > 0) lease.run(endsAt, vault(id), now());
      }),
      remove: answering((id) => void remove.run(record(id))),
    },
    vault: {
      read: answering((id: string) => readVault(read(vault(id)))),
      write: answering(
        (id: string, sealed: string, seconds: number) =>
          void replace.run(vault(id), writeVault({ version: 0, sealed }), endOf(seconds)),
      ),
      remove: answering((id: string) => void remove.run(vault(id))),
    },
    once: {
      claim: answering((key: string, seconds: number) => {
        return claim.run(once(key), 'claimed', endOf(seconds), now()).changes > 0;
      }),
      finish: answering(
        (key: string, seconds: number) => void replace.run(once(key), 'finished', endOf(seconds)),
      ),
      isFinished: answering((key: string) => read(once(key)) === 'finished'),
    },
    locks: {
      take: answering((key: string, owner: string, leaseMs: number) => {
        if (claim.run(lock(key), owner, now() + leaseMs, now()).changes > 0) return true;
        return extend.run(now() + leaseMs, lock(key), owner, now()).changes > 0;
      }),
      extend: answering((key: string, owner: string, leaseMs: number) => {
        return extend.run(now() + leaseMs, lock(key), owner, now()).changes > 0;
      }),
      release: answering((key: string, owner: string) => void release.run(lock(key), owner)),
    },
    index: indexed.index,
    // A statement that reads the file: one without a table would be answered without it.
    ping: answering(() => void read('ping')),
    async close() {
      clearInterval(sweeper);
      if (database.isOpen) database.close();
    },
  };
}
