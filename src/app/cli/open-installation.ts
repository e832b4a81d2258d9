// The installation as commands work on it: directory, accounts, keys and live sessions, with nothing listening.
import { userInfo } from 'node:os';
import {
  type Accounts,
  type DirectoryStore,
  localIssuer,
  type Person,
  systemClock,
} from '../../directory.ts';
import { type Auth, createAuth } from '../../index.ts';
import { peopleDirectory } from '../app-directory.ts';
import { type AppEvent, appEventOf } from '../app-event.ts';
import { createAuditWriter } from '../audit-writer.ts';
import { openDataFolder } from '../data-folder.ts';
import { isDemoUser } from '../demo-users.ts';
import { chooseDirectory } from '../directory-choice.ts';
import { createLog } from '../log.ts';
import { openAccounts } from '../open-accounts.ts';
import type { Report } from '../report.ts';
import { chooseSessions, keepSessionSecrets } from '../session-choice.ts';
import type { Settings } from '../settings.ts';
import { localClient } from '../start-local-provider.ts';
import { CommandError } from './command-error.ts';

/** What commands work on. */
export interface Installation {
  readonly directory: DirectoryStore;
  readonly accounts: Accounts;
  readonly auth: Auth;
  /** Who runs the command, for the audit trail. */
  readonly by: string;
  readonly now: () => number;
  /** Has an event in the audit trail, which `close` waits for. */
  note(event: AppEvent): void;
  /** Has a change of a person in their live sessions, on every node. */
  changed(person: Person): Promise<void>;
  close(): Promise<void>;
}

/** Opens it by the settings of the app. */
export async function openInstallation(settings: Settings): Promise<Installation> {
  const data = openDataFolder(settings.dataDir);
  const log = createLog('silent');
  const directory = await chooseDirectory(settings, data);
  const { audit, apiKeys } = directory;
  const writer = createAuditWriter({ store: audit, log, clock: systemClock, gatherMs: 0 });
  const notes: Promise<void>[] = [];
  const note = (event: AppEvent): void => {
    const written = writer.keep(event);
    // Waited for at the end: what was changed is changed, and its sessions have to follow.
    written.catch(() => {});
    notes.push(written);
  };
  const onEvent: Report['tell'] = (event) => {
    const known = appEventOf(event);
    if (known !== null) note(known);
  };
  const local = settings.issuer === null ? await localClient(settings, data) : null;
  const { issuer, clientId, clientSecret } = local ?? { ...settings, issuer: settings.issuer ?? '' };
  const auth = createAuth({
    ...settings.auth,
    ...{ issuer, clientId, baseUrl: settings.baseUrl },
    ...(clientSecret === undefined ? {} : { clientSecret }),
    sessionSecret: await keepSessionSecrets(settings, data),
    sessions: chooseSessions(settings, data, log),
    directory: peopleDirectory({ store: directory, ...(settings.demoUsers ? { isGuest: isDemoUser } : {}) }),
    ...(local === null ? {} : { directoryIssuer: localIssuer }),
    apiKeys,
    onEvent,
  });
  const reach = async (work: Promise<unknown>): Promise<void> => {
    try {
      await work;
    } catch {
      const words = 'The change is written, but live sessions could not be reached: ';
      throw new CommandError(
        'again',
        `${words}check REDIS_URL and DATA_DIR, and run the same command again.`,
      );
    }
  };
  const { accounts, tries } = openAccounts(settings, {
    report: { tell: onEvent },
    directory,
    endSessions: (person) => reach(auth.people.endAll(person)),
  });
  return {
    ...{ directory, accounts, auth, note, by: `command line:${whoRuns()}`, now: systemClock },
    changed: (person) => reach(auth.people.changed(person)),
    async close() {
      await writer.close();
      const written = await Promise.allSettled(notes);
      await Promise.allSettled([auth.close(), tries.close()]);
      await directory.close();
      if (written.some(({ status }) => status === 'rejected')) {
        throw new CommandError('failed', 'It is done, but not all of it stands in the audit trail.');
      }
    },
  };
}

/** The account of the operating system; an id where it has no name. */
function whoRuns(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}
