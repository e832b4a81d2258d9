// `latchkey doctor` before providers that are not as they should be, or do not say what it asks.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { examineWith } from '../support/doctor-world.ts';
import { startScriptedProvider, testClient } from '../support/scripted-provider.ts';

/** The app does not run in these tests: nothing is at this address. */
const baseUrl = 'http://localhost:9';
const envOf = (issuer: string) => ({
  ...{ BASE_URL: baseUrl, PORT: '9', OIDC_ISSUER: issuer, OIDC_CLIENT_ID: testClient.clientId },
  OIDC_CLIENT_SECRET: testClient.clientSecret ?? '',
  DATA_DIR: join(tmpdir(), `latchkey-doctor-${crypto.randomUUID()}`),
});

it('names what is wrong with a provider: a slash, no PKCE, Basic that is not decoded, no keys', async () => {
  await using provider = await startScriptedProvider({
    clients: [{ ...testClient, authMethod: 'client_secret_post' }],
  });
  const env = envOf(provider.issuer);
  const post = await examineWith(env);
  expect(post.check('client_authentication')?.mend).toMatch(/set OIDC_CLIENT_AUTH=client_secret_post\.$/);
  // It redirects wherever it is told to.
  expect(post.check('redirect_uri')).toMatchObject({
    result: 'warn',
    mend: expect.stringMatching(/wildcards/),
  });

  provider.bend.discovery = (metadata) =>
    void Object.assign(metadata, { code_challenge_methods_supported: ['plain'] });
  provider.bend.jwks = () => ({ keys: [] });
  const less = await examineWith(env);
  expect(less.check('pkce')).toMatchObject({ result: 'warn', seen: expect.stringMatching(/plain/) });
  expect(less.check('keys')).toMatchObject({
    result: 'fail',
    seen: expect.stringMatching(/no key that signs/),
  });

  const slash = await examineWith({ ...env, OIDC_ISSUER: `${provider.issuer}/` });
  expect(slash.check('issuer')?.seen).toMatch(/differ in the slash at the end alone/);
  expect(slash.check('issuer')?.mend).toMatch(`Set OIDC_ISSUER=${provider.issuer}, letter by letter.`);
  expect(slash.check('keys')?.result).toBe('warn');
  provider.bend.raw.token = (_req, res) => void res.writeHead(503).end();
  expect((await examineWith(env)).check('client_authentication')?.seen).toMatch(/^It cannot be told/);
});

it('says honestly where the provider shows a page in place of an answer about the redirect URI', async () => {
  await using provider = await startScriptedProvider();
  const env = envOf(provider.issuer);
  const answerWith = async (answer: (isOurs: boolean) => readonly [number, Record<string, string>]) => {
    provider.bend.raw.authorize = (req, res) => {
      const [status, headers] = answer(!/latchkey-doctor/.test(req.url ?? ''));
      res.writeHead(status, headers).end('<title>Sign in</title>');
    };
    return (await examineWith(env)).check('redirect_uri');
  };
  const same = await answerWith(() => [200, {}]);
  expect(same).toMatchObject({
    result: 'warn',
    seen: expect.stringMatching(/^It cannot be told .*answered 200\.$/),
  });
  const page = await answerWith((isOurs) => [302, { location: isOurs ? '/login?x=1' : '/error?x=1' }]);
  expect(page?.seen).toMatch(/leads to http:\/\/[^ ]+\/login; .* so ours seems to be known\.$/);
  expect((await answerWith(() => [500, {}]))?.result).toBe('warn');
  const scope = await answerWith(() => [302, { location: `${baseUrl}/auth-callback?error=invalid_scope` }]);
  expect(scope).toMatchObject({ result: 'fail', mend: expect.stringMatching(/^Check OIDC_SCOPE/) });
  const nobody = await answerWith(() => [302, { location: `${baseUrl}/auth-callback?error=login_required` }]);
  expect(nobody?.result).toBe('ok');
});
