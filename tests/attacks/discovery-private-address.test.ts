// A provider on the internet cannot send our server into the network behind it.

import { ClientSecretPost } from 'openid-client';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createLimitedFetch } from '../../src/provider/limited-fetch.ts';
import { createMetadata } from '../../src/provider/metadata.ts';
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';

const issuer = 'https://login.example';
let provider: ScriptedProvider;
beforeAll(async () => {
  provider = await startScriptedProvider();
});
afterAll(() => provider.close());
beforeEach(() => provider.reset());

/** What is said at `login.example`, a public name that leads to the scripted provider here. */
const metadataWith = (changes: Record<string, unknown>) => {
  provider.bend.discovery = (metadata) => {
    const moved = JSON.parse(JSON.stringify(metadata).replaceAll(provider.issuer, issuer));
    return { ...moved, ...changes };
  };
  const fetch = createLimitedFetch(2);
  return createMetadata({
    issuer,
    clientId: 'latchkey-test',
    clientAuth: ClientSecretPost('secret'),
    idTokenAlgorithms: ['RS256'],
    timeoutSeconds: 2,
    allowInsecureHttp: false,
    fetch: (url, options) => fetch(url.replace(issuer, provider.issuer), options),
    clock: Date.now,
  });
};

const names = ['token_endpoint', 'jwks_uri', 'userinfo_endpoint', 'revocation_endpoint'];
const addresses = [
  '127.0.0.1',
  '127.9.9.9',
  'localhost',
  'localhost.',
  'redis.localhost',
  '10.0.0.5',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '0.0.0.0',
  '100.64.0.1',
  '100.127.255.255',
  '[::1]',
  '[::]',
  '[::ffff:10.0.0.5]',
  '[fd00::1]',
  '[fe80::1]',
  '2130706433',
  '0x7f.1',
];

it.each(addresses)('TE-16c: refuses endpoints at %s from a provider elsewhere', async (address) => {
  for (const name of names) {
    const metadata = metadataWith({ [name]: `https://${address}/x` });
    await expect(metadata.get()).rejects.toMatchObject({ code: 'provider_response_invalid' });
    expect(metadata.known()).toBeNull();
  }
});

it.each(names)('TE-16c: refuses a %s that is plain http', async (name) => {
  const metadata = metadataWith({ [name]: `http://login.example/x` });
  await expect(metadata.get()).rejects.toMatchObject({ code: 'provider_response_invalid' });
});

it.each(['172.15.0.1', '172.32.0.1', '100.128.0.1', '11.0.0.1', 'tokens.example', '[2001:db8::1]'])(
  'TE-16c: takes endpoints at the public address %s',
  async (address) => {
    const metadata = metadataWith({ token_endpoint: `https://${address}/token` });
    const configuration = await metadata.get();
    expect(configuration.serverMetadata().token_endpoint).toBe(`https://${address}/token`);
  },
);
