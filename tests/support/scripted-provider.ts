// The provider of src/testing, with every place open where a test can bend its answers: honest until then.
import type { TlsFiles } from '../../src/testing/provider/listener.ts';
import { type OpenProvider, openDefaults, openProvider } from '../../src/testing/provider/open-provider.ts';
import type { SigningAlgorithm } from './scripted-provider/keys.ts';
import type { Json, TestClient, TestUser } from './scripted-provider/types.ts';

export interface ScriptedProviderOptions {
  /** Default: RS256. */
  readonly algorithm?: SigningAlgorithm;
  /** Path of the issuer, as given: `/tenant`, `/tenant/` or `/`. Default: none. */
  readonly issuerPath?: string;
  /** Default: one client, `testClient`. */
  readonly clients?: readonly TestClient[];
  /** Host name in the issuer; the socket is always on 127.0.0.1. Default: `127.0.0.1`. */
  readonly hostname?: string;
  /** Serves https with this certificate. */
  readonly tls?: TlsFiles;
  /** Epoch ms. Default: the system's clock. */
  readonly now?: () => number;
}

export interface ScriptedProvider extends OpenProvider, AsyncDisposable {
  /** Honest again, with the first user, no grants and an empty log. Keys and clients stay. */
  reset(): void;
}

export const testClient: TestClient = {
  clientId: 'latchkey-test',
  clientSecret: 'secret with : % + and é, as people make them',
};

export const testUser: TestUser = {
  sub: 'user-ada',
  name: 'Ada Lovelace',
  given_name: 'Ada',
  family_name: 'Lovelace',
  preferred_username: 'ada',
  email: 'ada@example.test',
  email_verified: true,
  permissions: ['reports:read'],
  roles: ['analyst'],
};

export const startScriptedProvider = async (
  options: ScriptedProviderOptions = {},
): Promise<ScriptedProvider> => {
  const defaults = { ...openDefaults, clients: [testClient], user: testUser };
  const opened = await openProvider({ ...defaults, ...options });
  return Object.assign(opened, {
    reset() {
      for (const name of Object.keys(opened.bend)) delete (opened.bend as unknown as Json)[name];
      opened.bend.raw = {};
      Object.assign(opened, { user: testUser, authTime: null, accessTokenSeconds: 3600 });
      opened.refreshTokens = 'with_offline_access';
      Object.assign(opened, { details: {}, refusal: null });
      opened.changes.clear();
      opened.faults.lift();
      opened.memory.clear();
      opened.forgetCalls();
    },
    [Symbol.asyncDispose]: () => opened.close(),
  });
};
