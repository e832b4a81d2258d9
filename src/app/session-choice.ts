// Chooses where sessions live, and the secrets that sign and seal them.

import { embeddedSessions } from '../embedded.ts';
import type { SessionStoreFactory } from '../index.ts';
import { randomToken } from '../index.ts';
import { redisSessions } from '../redis.ts';
import type { DataFolder } from './data-folder.ts';
import type { Log } from './log.ts';
import type { Settings } from './settings.ts';

/** Redis where an address is set, else a file in the data folder. */
export function chooseSessions(settings: Settings, data: DataFolder, log: Log): SessionStoreFactory {
  if (settings.redisUrl === null) return embeddedSessions(data.file('sessions.sqlite'));
  return redisSessions(settings.redisUrl, { onError: logOnceUntilBack(log) });
}

/** The configured secrets, or one that is made at the first start and kept. */
export async function keepSessionSecrets(settings: Settings, data: DataFolder): Promise<readonly string[]> {
  return settings.sessionSecrets ?? [await data.keep('session-secret', () => randomToken(48))];
}

/** A Redis that is away fails every second; one line per ten seconds is enough. */
function logOnceUntilBack(log: Log): (error: Error) => void {
  let quietUntil = 0;
  return (error) => {
    if (performance.now() < quietUntil) return;
    quietUntil = performance.now() + 10_000;
    log.error({ detail: error.message }, 'redis_connection_failed');
  };
}
