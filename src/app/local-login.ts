// The login that is kept here: accounts of the directory, the way to the first administrator, and the local provider.
import { createFirstAdmin, type DirectoryStore, type FirstAdminSetup } from '../directory.ts';
import type { DataFolder } from './data-folder.ts';
import { demoAccounts } from './demo-users.ts';
import type { Log } from './log.ts';
import type { OpenAccounts } from './open-accounts.ts';
import { providerAccounts } from './provider-accounts.ts';
import type { Report } from './report.ts';
import type { Settings } from './settings.ts';
import { setupSecrets } from './setup-secret.ts';
import { type RunningLocalProvider, startLocalProvider } from './start-local-provider.ts';

/** What a login without a provider of one's own consists of. */
export interface LocalLogin {
  readonly provider: RunningLocalProvider;
  readonly setup: FirstAdminSetup;
  stop(): Promise<void>;
}

/** Outside of the settings. */
export interface LocalLoginParts extends OpenAccounts {
  readonly data: DataFolder;
  readonly log: Log;
  readonly report: Pick<Report, 'tell'>;
  readonly directory: DirectoryStore;
}

/** Starts it. When that fails the directory is closed. */
export async function startLocalLogin(settings: Settings, parts: LocalLoginParts): Promise<LocalLogin> {
  const { data, log, directory, accounts, tries, report } = parts;
  const { people, passwords } = directory;
  const setup = createFirstAdmin({ people, passwords, accounts, tries, secrets: setupSecrets(data) });
  const demo = settings.demoUsers ? demoAccounts : null;
  try {
    const provider = await startLocalProvider(
      settings,
      data,
      log,
      providerAccounts({ accounts, people, passwords, demo, report }),
    );
    return { provider, setup, stop: () => provider.stop() };
  } catch (error) {
    await tries.close();
    await directory.close();
    throw error;
  }
}
