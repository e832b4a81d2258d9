// The options of createAuth for a test: at the test provider, with sessions in memory.
import type { AuthOptions } from '../config/options.ts';
import { randomToken } from '../crypto/random.ts';
import { memorySessions } from '../stores/embedded-sessions.ts';
import type { TestProvider } from './test-provider.ts';

/**
 * Options for `createAuth` at a test provider: its issuer, client and clock, sessions in memory, a fresh secret, and
 * `http://localhost:3000` as base URL. `signedIn` sends requests to the app wherever it listens, so the base URL
 * matters only to a real browser: there give the address where the app listens. Request limits are off, because all
 * requests of a test come from one address.
 */
export function testAuthOptions(provider: TestProvider, overrides: Partial<AuthOptions> = {}): AuthOptions {
  const { clientId, clientSecret, authMethod } = provider.client;
  const clientAuth = authMethod ?? (clientSecret === undefined ? 'none' : 'client_secret_basic');
  return {
    issuer: provider.issuer,
    clientId,
    ...(clientSecret === undefined ? {} : { clientSecret }),
    clientAuth,
    baseUrl: 'http://localhost:3000',
    sessionSecret: randomToken(),
    sessions: memorySessions(),
    clock: provider.now,
    limits: false,
    ...overrides,
  };
}
