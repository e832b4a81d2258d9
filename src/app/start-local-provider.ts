// Starts the local provider of a trial installation, on the port after the app's.

import { openProviderStorage } from '../embedded.ts';
import { randomToken } from '../index.ts';
import { createLocalProvider, createLocalProviderKeys } from '../local-provider.ts';
import type { DataFolder } from './data-folder.ts';
import { demoAccounts, demoHints } from './demo-users.ts';
import type { Log } from './log.ts';
import type { Settings } from './settings.ts';

/** The running local provider and the app's registration at it. */
export interface RunningLocalProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  stop(): Promise<void>;
}

/** Only reachable from this machine. Another host name than the app's, so that the two are two sites. */
const host = '127.0.0.1';

export async function startLocalProvider(
  settings: Settings,
  data: DataFolder,
  log: Log,
): Promise<RunningLocalProvider> {
  const issuer = `http://${host}:${settings.port + 1}`;
  const base = settings.baseUrl.replace(/\/+$/, '');
  const clientId = 'latchkey-app';
  const clientSecret = await data.keep('local-client-secret', () => randomToken());
  const storage = openProviderStorage(data.file('local-provider.sqlite'));
  const provider = await createLocalProvider({
    issuer,
    clients: [
      {
        clientId,
        clientSecret,
        name: 'latchkey',
        redirectUris: [`${base}/auth-callback`],
        postLogoutRedirectUris: [`${base}/logout`],
        backchannelLogoutUri: `${base}/backchannel-logout`,
        firstParty: true,
      },
    ],
    accounts: demoAccounts,
    demoHints,
    storage,
    keys: await data.keep('local-provider-keys', createLocalProviderKeys),
    scopes: ['reports'],
    apis: [{ audience: base, scopes: ['reports'] }],
    onEvent: ({ name, detail }) => log.debug({ event: name, detail }, 'local_provider'),
  });
  const server = await provider.listen(settings.port + 1, host).catch((error: unknown) => {
    storage.close();
    throw error;
  });
  return {
    issuer,
    clientId,
    clientSecret,
    async stop() {
      await server.close();
      storage.close();
    },
  };
}
