// Runs the app: settings, local provider where none is configured, listening, and a graceful stop.
import type { Request } from 'express';
import { localIssuer, type Person } from '../directory.ts';
import { listen } from '../index.ts';
import { createApp } from './app.ts';
import { openDataFolder } from './data-folder.ts';
import { isDemoUser } from './demo-users.ts';
import { chooseDirectory } from './directory-choice.ts';
import { loadEnvFile, readEnvironment } from './env.ts';
import { startLocalLogin } from './local-login.ts';
import { createLog, type Log } from './log.ts';
import { startMetrics } from './metrics.ts';
import { doOnce } from './once.ts';
import { openAccounts } from './open-accounts.ts';
import { openAudit } from './open-audit.ts';
import { runPrimary } from './primary.ts';
import { chooseSessions, keepSessionSecrets } from './session-choice.ts';
import { type Settings, settingsFrom } from './settings.ts';
import { startFailure } from './start-failure.ts';

/** A running installation. */
export interface Running {
  readonly port: number;
  /**
   * Finishes requests under way, and lets go of everything.
   * @param idleMs - how long idle connections stay, where another process serves on. Default: not at all
   */
  stop(idleMs?: number): Promise<void>;
}

/**
 * Reads the environment and runs until a signal comes. Bad configuration ends the process with status 78
 * (EX_CONFIG), a port that is taken with 1; both say why in a sentence.
 */
export async function run(): Promise<void> {
  try {
    loadEnvFile();
    const settings = settingsFrom(readEnvironment());
    const log = createLog(settings.logLevel);
    logRejections(log);
    if (settings.workers > 1) return await runPrimary(settings, log);
    const running = await start(settings, log);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => void running.stop().then(() => process.exit(0)));
    }
  } catch (error) {
    const { words, status } = startFailure(error);
    process.stderr.write(`${words}\n`);
    process.exit(status);
  }
}

/** A mistake in one request must not end those of everybody else; what failed is answered by its own handler. */
export function logRejections(log: Log): void {
  process.on('unhandledRejection', (reason) => log.error({ err: reason }, 'unhandled_rejection'));
}

/**
 * Starts everything. The provider, Redis and PostgreSQL may be away: what needs them says so until they are back.
 * @param as - a worker leaves to the primary what is done once per machine
 */
export async function start(
  settings: Settings,
  log: Log,
  as: 'only process' | 'worker' = 'only process',
): Promise<Running> {
  const data = openDataFolder(settings.dataDir);
  const metrics = await startMetrics(settings, log);
  const directory = await chooseDirectory(settings, data);
  const report = openAudit(directory, settings, log, metrics?.onEvent);
  const endSessions = async (person: Person, keep: unknown): Promise<void> => {
    const key = { issuer: client.issuer, subject: person.subject };
    await auth.people.endAll(key, keep === null ? {} : { except: keep as Request });
  };
  const open = openAccounts(settings, { report, directory, endSessions });
  const { accounts, tries } = open;
  const local =
    settings.issuer === null
      ? await startLocalLogin(settings, { data, log, report, directory, ...open })
      : null;
  const client = local?.provider ?? {
    issuer: settings.issuer ?? '',
    clientId: settings.clientId,
    clientSecret: settings.clientSecret,
  };
  let stopping = false;
  let isReplaced = false;

  const { clientSecret } = client;
  const { app, auth, dependencies } = createApp({
    auth: {
      ...settings.auth,
      issuer: client.issuer,
      clientId: client.clientId,
      ...(clientSecret === undefined ? {} : { clientSecret }),
      baseUrl: settings.baseUrl,
      sessionSecret: await keepSessionSecrets(settings, data),
      sessions: chooseSessions(settings, data, log),
      ...(local === null ? {} : { directoryIssuer: localIssuer }),
    },
    directory,
    report,
    people: { store: directory, accounts, ...(settings.demoUsers ? { isGuest: isDemoUser } : {}) },
    userApi: {
      directory,
      accounts,
      apiKeys: true,
      localLogin: local !== null,
      localProviderIssuer: client.issuer,
      onChanged: async (person) => {
        await auth.people.changed(person);
        await report.kept();
      },
    },
    log,
    metrics,
    trustProxy: settings.trustProxy,
    silentSignIn: settings.silentSignIn,
    corsOrigins: settings.corsOrigins,
    // Where another worker is in its place already, the node as a whole is not about to go.
    isStopping: () => stopping && !isReplaced,
    setup: local?.setup ?? null,
  });
  const close = async () => {
    await local?.stop();
    await auth.close();
    await tries.close();
    await report.close();
    await directory.close();
    await metrics?.close();
  };
  const server = await listen(app, settings.port, settings.host).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  log.info(
    { baseUrl: settings.baseUrl, host: settings.host, port: server.port, issuer: client.issuer },
    'listening',
  );
  // Known before the first visitor comes; a provider that is away is asked again later.
  void dependencies().then((found) => {
    for (const { name, ok, detail } of found) if (!ok) log.warn({ dependency: name, detail }, 'not_ready');
  });
  if (as === 'only process') await doOnce(settings, log, client.issuer, local?.setup ?? null);

  return {
    port: server.port,
    async stop(idleMs = 0) {
      if (stopping) return;
      stopping = true;
      isReplaced = idleMs > 0;
      log.info('stopping');
      await server.close(undefined, idleMs);
      await close();
      log.info('stopped');
    },
  };
}
