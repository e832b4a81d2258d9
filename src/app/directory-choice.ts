// Chooses where the directory lives, and says whether it answers.
import { type DirectoryStore, openDirectory } from '../directory.ts';
import type { DataFolder } from './data-folder.ts';
import type { Settings } from './settings.ts';

/** PostgreSQL where an address is set, else a file in the data folder. */
export function chooseDirectory(
  { databaseUrl }: Pick<Settings, 'databaseUrl'>,
  data: DataFolder,
): Promise<DirectoryStore> {
  return openDirectory(databaseUrl === null ? { file: data.file('directory.sqlite') } : { url: databaseUrl });
}

/** For `/readyz` and the log. */
export async function directoryState(directory: Pick<DirectoryStore, 'ping'>) {
  const name = 'directory';
  try {
    await directory.ping();
    return { name, ok: true };
  } catch (error) {
    return { name, ok: false, detail: error instanceof Error ? error.message : 'unknown' };
  }
}
