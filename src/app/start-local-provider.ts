// Starts the local provider, on the port after the app's: for a trial on this machine, or for a team under its own name.

import { openProviderStorage } from '../embedded.ts';
import { randomToken } from '../index.ts';
import { createLocalProvider, createLocalProviderKeys, type LocalAccounts } from '../local-provider.ts';
import type { DataFolder } from './data-folder.ts';
import { demoHints } from './demo-users.ts';
import { forwardedAddress } from './forwarded-address.ts';
import type { Log } from './log.ts';
import type { Settings } from './settings.ts';

/** The running local provider and the app's registration at it. */
export interface RunningLocalProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  stop(): Promise<void>;
}

/** Without a public address only this machine reaches it. Another host name than the app's: the two are two sites. */
const loopback = '127.0.0.1';

/** What the app is called at its local provider. */
export const localClientId = 'latchkey-app';

/** The registration of the app at its local provider, whether that runs or not. */
export async function localClient(
  settings: Settings,
  data: DataFolder,
): Promise<Omit<RunningLocalProvider, 'stop'>> {
  return {
    issuer: localProviderIssuer(settings),
    clientId: localClientId,
    clientSecret: await data.keep('local-client-secret', () => randomToken()),
  };
}

/** Where it is: under its public address, or for this machine on the port after the app's. */
export function localProviderIssuer(settings: Settings): string {
  return settings.localProviderUrl ?? `http://${loopback}:${settings.port + 1}`;
}

export async function startLocalProvider(
  settings: Settings,
  data: DataFolder,
  log: Log,
  accounts: LocalAccounts,
): Promise<RunningLocalProvider> {
  const { issuer, clientId, clientSecret } = await localClient(settings, data);
  const host = settings.localProviderUrl === null ? loopback : settings.host;
  const base = settings.baseUrl.replace(/\/+$/, '');
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
    accounts,
    demoHints: settings.demoUsers ? demoHints : [],
    clientAddress: forwardedAddress(settings.trustProxy),
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
