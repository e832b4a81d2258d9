// What is done and said once after the start, however many processes serve.
import type { FirstAdminSetup } from '../directory.ts';
import { isLoopbackHost } from '../index.ts';
import type { Log } from './log.ts';
import type { Settings } from './settings.ts';
import { printSetup, printWelcome } from './welcome.ts';

/**
 * Warns of settings that are worth a warning, opens the way to the first administrator and greets.
 * @param setup - null where accounts are not kept here
 */
export async function doOnce(
  settings: Settings,
  log: Log,
  issuer: string,
  setup: FirstAdminSetup | null,
): Promise<void> {
  for (const [name, address] of Object.entries({ BASE_URL: settings.baseUrl, OIDC_ISSUER: issuer })) {
    const { protocol, hostname } = new URL(address);
    if (protocol === 'http:' && !isLoopbackHost(hostname)) log.warn({ name, address }, 'insecure_http');
  }
  if (settings.baseUrl.startsWith('https:') && settings.trustProxy === null) {
    // The app speaks http, so something in front ends TLS; without a word from it every request looks like plain http.
    log.warn({ mend: 'set TRUST_PROXY to the number of proxies or their subnets' }, 'no_trusted_proxy');
  }
  if (settings.redisUrl !== null && settings.databaseUrl === null) {
    // Redis shares the sessions. A node that does not know somebody takes them for deleted and ends what they have.
    const mend =
      'set DATABASE_URL to one PostgreSQL for all machines; processes of one machine share DATA_DIR';
    log.warn({ dataDir: settings.dataDir, mend }, 'directory_not_shared');
  }
  if (settings.workers > 1 && settings.redisUrl === null) {
    log.warn({ mend: 'set REDIS_URL, or WEB_CONCURRENCY to 1' }, 'workers_share_files');
  }
  const opened = await beginSetup(setup, log);
  if (settings.demoUsers) printWelcome(settings.baseUrl, issuer);
  if (opened !== null) printSetup(settings.baseUrl, opened.secret);
}

/** A database that is away at the start must not stop it: the next start asks again. */
async function beginSetup(setup: FirstAdminSetup | null, log: Log) {
  try {
    return (await setup?.begin()) ?? null;
  } catch (error) {
    log.warn({ err: error }, 'setup_not_begun');
    return null;
  }
}
