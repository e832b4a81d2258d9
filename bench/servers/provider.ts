// The OpenID provider of the bench, in a process of its own: the one of the test kit, which signs in without a page.
import { startTestProvider } from '../../src/testing.ts';
import { readConfig } from './config.ts';

const { clientId, clientSecret } = readConfig();
const provider = await startTestProvider({
  clients: [{ clientId, clientSecret }],
  accessTokens: 'jwt',
  accessTokenSeconds: 24 * 3600,
});
// It keeps a log of its calls for tests; here nobody reads it.
setInterval(() => provider.forgetCalls(), 1000);
process.send?.({ issuer: provider.issuer, accessToken: await provider.accessToken() });
process.on('disconnect', () => process.exit(0));
