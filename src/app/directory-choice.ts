// Chooses where the directory lives, and says whether it answers.
import { type DirectoryStore, openDirectory } from '../directory.ts';
import type { DataFolder } from './data-folder.ts';
import type { Log } from './log.ts';
import type { Settings } from './settings.ts';

/** PostgreSQL where an address is set, else a file in the data folder. */
export function chooseDirectory(settings: Settings, data: DataFolder, log: Log): Promise<DirectoryStore> {
  const { databaseUrl, redisUrl } = settings;
  if (databaseUrl === null && redisUrl !== null) {
    // Redis shares the sessions. A node that does not know somebody takes them for deleted and ends what they have.
    const mend =
      'set DATABASE_URL to one PostgreSQL for all machines; processes of one machine share DATA_DIR';
    log.warn({ dataDir: data.path, mend }, 'directory_not_shared');
  }
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
