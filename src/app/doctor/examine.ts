// Runs every check of the doctor side by side, each within its time, and puts them in order.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { probeDirectory } from '../../directory.ts';
import { memorySessions } from '../../embedded.ts';
import {
  askLoginCookies,
  askThroughProxy,
  ConfigurationError,
  isAlive,
  probeProvider,
  randomToken,
} from '../../index.ts';
import { probeRedis } from '../../redis.ts';
import { openDataFolder } from '../data-folder.ts';
import type { Settings } from '../settings.ts';
import { localClientId, localProviderIssuer } from '../start-local-provider.ts';
import { type Check, fail, ok, warn } from './check.ts';
import { clientCheck, redirectCheck } from './client-checks.ts';
import { cookieCheck } from './cookie-check.ts';
import { hideSecrets } from './hide-secrets.ts';
import { folderCheck, secretCheck, settingsCheck } from './own-checks.ts';
import { clockCheck, issuerCheck, keysCheck, pkceCheck } from './provider-checks.ts';
import { proxyCheck } from './proxy-check.ts';
import { databaseCheck, redisCheck } from './store-checks.ts';

/** Milliseconds that one call may take; a chain of them ends within `longestMs` whatever hangs. */
const callMs = 2000;
const longestMs = 8500;

/**
 * Looks at everything that the app needs, and changes nothing: no file is made and no database migrated.
 * @throws ConfigurationError with every problem that stops the start
 */
export async function examine(settings: Settings): Promise<readonly Check[]> {
  const data = openDataFolder(settings.dataDir);
  const kept = async (name: string) =>
    existsSync(join(settings.dataDir, `${name}.json`)) ? data.keep(name, () => '') : null;
  const secret = await kept('session-secret');
  const isLocal = settings.issuer === null;
  // Before the first start the local provider has nobody registered, so only whether it is there can be asked.
  const localSecret = isLocal ? await kept('local-client-secret') : null;
  const secrets = settings.sessionSecrets ?? (secret === null ? null : [secret]);

  const groups: (readonly [names: readonly string[], work: Promise<readonly Check[]>])[] = [
    [
      ['issuer', 'pkce', 'keys', 'redirect_uri', 'client_authentication', 'clock'],
      examineProvider(settings, localSecret, isLocal),
    ],
    [['cookies', 'proxy'], examineProxy(settings, secrets)],
    [['redis'], examineRedis(settings)],
    [['database'], examineDatabase(settings)],
  ];
  const found = await Promise.allSettled(groups.map(([names, work]) => inTime(names, work)));
  throwTogether(found);
  const hide = hideSecrets(settings, [secret, localSecret]);
  const checks = [
    ok('configuration', 'Every variable can be read, and nothing that is needed is missing.'),
    ...found.flatMap((group) => (group.status === 'fulfilled' ? group.value : [])),
    secretCheck(settings, secret !== null),
    folderCheck(settings),
    settingsCheck(settings),
  ];
  return checks.map(({ seen, mend, ...check }) => ({
    ...check,
    seen: hide(seen),
    mend: mend === null ? null : hide(mend),
  }));
}

async function examineProvider(
  settings: Settings,
  localSecret: string | null,
  isLocal: boolean,
): Promise<readonly Check[]> {
  const redirectUri = `${settings.baseUrl.replace(/\/+$/, '')}/auth-callback`;
  const isRegistered = !isLocal || localSecret !== null;
  const clientSecret = isLocal ? (localSecret ?? randomToken()) : settings.clientSecret;
  const clientId = isLocal ? localClientId : settings.clientId;
  const issuer = settings.issuer ?? localProviderIssuer(settings);
  const probe = await probeProvider(
    {
      ...settings.auth,
      ...{ issuer, clientId, baseUrl: settings.baseUrl },
      ...(clientSecret === undefined ? {} : { clientSecret }),
      sessionSecret: settings.sessionSecrets ?? randomToken(48),
      sessions: memorySessions(),
      providerTimeoutSeconds: callMs / 1000,
    },
    redirectUri,
  );
  const { discovery, keys, redirect } = probe;
  const about = [issuerCheck(issuer, discovery, isLocal), pkceCheck(discovery), keysCheck(keys)];
  const ours = isRegistered
    ? [
        redirectCheck(redirectUri, redirect),
        clientCheck(settings.auth.clientAuth ?? 'client_secret_basic', probe),
      ]
    : [];
  return [...about, ...ours, clockCheck(probe)];
}

async function examineProxy(
  settings: Settings,
  secrets: readonly string[] | null,
): Promise<readonly Check[]> {
  const { baseUrl, port, host } = settings;
  const asked = { baseUrl, secrets: secrets ?? [randomToken(48)], timeoutMs: callMs };
  const here = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const [found, cookies, alive] = await Promise.all([
    askThroughProxy(asked),
    askLoginCookies(baseUrl, callMs),
    isAlive(here.includes(':') ? `[${here}]` : here, port, callMs),
  ]);
  // What somebody else sets at that address says nothing about us.
  return [
    cookieCheck(baseUrl, found.kind === 'arrived' ? cookies : null),
    proxyCheck(settings, found, alive),
  ];
}

async function examineRedis({ redisUrl }: Settings): Promise<readonly Check[]> {
  return [redisCheck(redisUrl === null ? null : await probeRedis(redisUrl, { timeoutMs: callMs }))];
}

async function examineDatabase({ databaseUrl, dataDir }: Settings): Promise<readonly Check[]> {
  const isFile = databaseUrl === null;
  const place = isFile ? { file: join(dataDir, 'directory.sqlite') } : { url: databaseUrl };
  return [databaseCheck(await probeDirectory({ ...place, commandTimeoutMs: callMs }), isFile)];
}

/** What hangs is said of the first of the group; a mistake of the configuration is for the caller. */
async function inTime(names: readonly string[], work: Promise<readonly Check[]>): Promise<readonly Check[]> {
  const [name = ''] = names;
  const stop = new AbortController();
  const late = wait(longestMs, null, { ref: true, signal: stop.signal }).catch(() => null);
  try {
    const found = await Promise.race([work, late]);
    if (found !== null) return found;
    const seen = `It did not come to an end within ${longestMs / 1000} s.`;
    const rest = names
      .slice(1)
      .map((each) => warn(each, 'Not looked at.', `Mend the check "${name}" first.`));
    return [fail(name, seen, 'Look at the network between this machine and what is asked.'), ...rest];
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    const seen = `The check itself failed: ${error instanceof Error ? error.message : String(error)}.`;
    return [fail(name, seen, 'Report it as a mistake of latchkey.')];
  } finally {
    stop.abort();
  }
}

function throwTogether(found: readonly PromiseSettledResult<unknown>[]): void {
  const problems = found.flatMap((group) =>
    group.status === 'rejected' && group.reason instanceof ConfigurationError ? group.reason.problems : [],
  );
  if (problems.length > 0) throw new ConfigurationError(problems);
}
