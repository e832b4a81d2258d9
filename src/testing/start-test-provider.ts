// Starts an OpenID provider inside the test: honest, without a page, and it fails when it is told to.
import { systemClock } from '../clock.ts';
import { openProvider } from './provider/open-provider.ts';
import type { TestClient } from './provider/types.ts';
import { abilitiesOf, type TestProvider, type TestProviderOptions } from './test-provider.ts';
import { testUsers } from './test-users.ts';

/** The client of a provider that was given none. Its secret has what has to be percent-encoded in Basic. */
const onlyClient: TestClient = { clientId: 'test-client', clientSecret: 'test secret with : % + and é' };

/**
 * Starts an OpenID provider on a free port of 127.0.0.1: discovery, keys, authorization with PKCE, pushed requests,
 * tokens (code, refresh with rotation, client credentials), userinfo, introspection, revocation and sign-out. It has
 * no pages: whoever is sent there is signed in at once and sent back.
 *
 * @example
 * const provider = await startTestProvider();
 * const auth = createAuth(testAuthOptions(provider));
 */
export async function startTestProvider(options: TestProviderOptions = {}): Promise<TestProvider> {
  const { users = Object.values(testUsers), clients = [onlyClient], now = systemClock } = options;
  const [firstUser] = users;
  const [client] = clients;
  if (firstUser === undefined) throw new TypeError('startTestProvider needs at least one user');
  if (client === undefined) throw new TypeError('startTestProvider needs at least one client');
  const opened = await openProvider({
    algorithm: options.algorithm ?? 'RS256',
    issuerPath: options.issuerPath ?? '',
    hostname: options.hostname ?? '127.0.0.1',
    tls: options.tls ?? null,
    clients,
    now,
    user: firstUser,
    people: users,
    accessTokenFormat: options.accessTokens ?? 'opaque',
    audience: options.audience ?? null,
    expiresTokens: true,
  });
  opened.accessTokenSeconds = options.accessTokenSeconds ?? 3600;
  opened.refreshTokens = options.refreshTokens ?? 'with_offline_access';
  return abilitiesOf(opened, { client, firstUser, users, now });
}
