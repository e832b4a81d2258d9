// Opens an SQLite file that only its owner can read.
import { chmodSync, closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** Opens or makes the file with mode 0600; SQLite gives its companion files the same. */
export function openPrivateDatabase(path: string): DatabaseSync {
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
  return new DatabaseSync(path);
}
