// Somebody reads the logs: whatever the level, nothing in them opens a door.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSealer } from '../../src/crypto/seal.ts';
import { openTransaction } from '../../src/transaction/transaction.ts';
import { startAppProcess } from '../support/app-process.ts';
import { type BrowserClient, createBrowserClient, type Visit } from '../support/browser-client.ts';
import { formAction } from '../support/local-provider-world.ts';
import { type ScriptedProvider, startScriptedProvider, testClient } from '../support/scripted-provider.ts';
import { secretsIn, secretsOf } from '../support/secrets-of-a-visit.ts';

const sessionSecret = 'first-session-secret-8e1f0c77aa52be31';
const oldSecret = 'second-session-secret-0c9d7b1e55af02d4';
const sealer = createSealer([sessionSecret]);

/** What the sealed cookies of these visits hold: code verifier, nonce, state and access token. */
const sealedSecrets = (visits: readonly Visit[]): string[] =>
  visits
    .flatMap(({ setCookies, location }) => [
      URL.parse(location ?? '')?.searchParams.get('state') ?? undefined,
      ...setCookies.flatMap((line) => {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        const id = /^latchkey\.tx\.(.+)$/.exec(name)?.[1];
        const transaction = id === undefined ? null : openTransaction(id, value, sealer, Date.now());
        const token = name === 'latchkey.token' ? sealer.open('token', value)?.slice(1) : undefined;
        return [transaction?.codeVerifier, transaction?.nonce, token];
      }),
    ])
    .filter((text) => text !== undefined);

const use = async (app: string, browser: BrowserClient, trail: Visit[]): Promise<void> => {
  const visit = async (answer: Promise<Visit>) => void trail.push(await answer);
  const headers = { authorization: 'Bearer bearer-credential-77aa01cc' };
  for (const path of ['/', '/profile', '/protected/permission', '/api/me', '/missing', '/readyz'])
    await visit(browser.get(app + path));
  await visit(browser.fetchJson(`${app}/api/me`, { headers }));
  await visit(browser.get(`${app}/auth-callback?code=stray-code-19ab77fe&state=stray-state-5512ff`));
  await visit(browser.get(`${app}/api/me?access_token=query-token-92ee10ab&password=query-password-1`));
  await visit(browser.post(`${app}/logout`, {}, { from: 'https://evil.example/' }));
  await browser.followAll(await browser.post(`${app}/logout`), 20, trail);
};
const typed = [
  'bearer-credential-77aa01cc',
  'stray-code-19ab77fe',
  'stray-state-5512ff',
  'query-token-92ee10ab',
];

describe.each([
  ['debug', { LATCHKEY_DEBUG: 'on' }],
  ['trace', { LOG_LEVEL: 'trace' }],
])('AT-05: at level %s', (_level, levelEnv: Record<string, string>) => {
  it('a demo with its own provider writes no code, state, token, cookie, secret or password', async () => {
    const env = { ...levelEnv, SESSION_SECRET: `${sessionSecret},${oldSecret}` };
    await using app = await startAppProcess({ env });
    await app.saying('latchkey is running');
    const browser = createBrowserClient();
    const trail: Visit[] = [];
    const signInPage = await browser.followAll(await browser.get(`${app.url}/protected`), 20, trail);
    const wrong = { login: 'ada', password: 'wrong-password-3c4d5e6f' };
    trail.push(await browser.post(formAction(signInPage, '/sign-in'), wrong));
    const right = await browser.post(formAction(signInPage, '/sign-in'), { login: 'ada', password: 'ada' });
    const page = await browser.followAll(right, 20, trail);
    expect(page.url).toBe(`${app.url}/protected`);
    await use(app.url, browser, trail);
    app.signal('SIGTERM');
    expect(await app.ended).toBe(0);

    const sealed = sealedSecrets(trail);
    expect(sealed.length).toBeGreaterThanOrEqual(4);
    const kept = (name: string) => JSON.parse(readFileSync(join(app.dataDir, `${name}.json`), 'utf8'));
    const { jwks, cookieKeys } = kept('local-provider-keys');
    const secrets = new Set([
      ...secretsOf(trail),
      ...sealed,
      ...typed,
      ...[sessionSecret, oldSecret, wrong.password, kept('local-client-secret')],
      ...cookieKeys,
      ...jwks.keys.map(({ d }: { d: string }) => d),
    ]);
    expect(secrets.size).toBeGreaterThan(20);
    expect(secretsIn(app.output(), secrets)).toEqual([]);
    // The search would have found something: the log does tell what happened.
    const events = app.logLines().map(({ msg, event }) => event ?? msg);
    for (const event of [
      'login_started',
      'login_succeeded',
      'login_failed',
      'access_refused',
      'logout',
      'request',
    ])
      expect(events).toContain(event);
    expect(events).toContain('sign_in_failed');
  });
});

describe('AT-05: with a provider elsewhere', () => {
  let provider: ScriptedProvider;
  beforeAll(async () => {
    provider = await startScriptedProvider();
  });
  afterAll(() => provider.close());

  it('logins that end well and badly write nothing that was sent or received', async () => {
    const tokens: string[] = [];
    provider.bend.tokenResponse = (response) => {
      tokens.push(...[response.access_token, response.refresh_token, response.id_token].map(String));
    };
    const redisPassword = 'redis-password-41b7';
    const env = {
      LOG_LEVEL: 'trace',
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: testClient.clientId,
      OIDC_CLIENT_SECRET: testClient.clientSecret ?? '',
      SESSION_SECRET: sessionSecret,
    };
    await using app = await startAppProcess({ env });
    await using broken = await startAppProcess({
      env: { ...env, REDIS_URL: `redis://somebody:${redisPassword}@127.0.0.1:1/0` },
    });
    await Promise.all([app.saying('"listening"'), broken.saying('redis_connection_failed')]);
    const trail: Visit[] = [];
    const attempt = async (browser: BrowserClient, url = app.url) =>
      browser.followAll(await browser.get(`${url}/protected`), 20, trail);

    const browser = createBrowserClient();
    expect((await attempt(browser)).status).toBe(200);
    await use(app.url, browser, trail);
    const bends: (() => void)[] = [
      () => {
        provider.bend.idTokenClaims = (claims) => void Object.assign(claims, { nonce: 'another' });
      },
      () => {
        provider.bend.idTokenClaims = undefined;
        provider.bend.userinfo = (claims) => void Object.assign(claims, { sub: 'somebody-else' });
      },
      () => {
        provider.bend.raw.token = async (request, response) => {
          const { code, code_verifier } = Object.fromEntries(provider.calls('token').at(-1)?.form ?? []);
          response.writeHead(400, { 'content-type': 'application/json' });
          const description = `code ${code} with ${code_verifier} from ${request.headers.authorization}`;
          response.end(JSON.stringify({ error: 'invalid_grant', error_description: description }));
        };
      },
      () => {
        provider.bend.raw.token = (_request, response) =>
          void response
            .writeHead(200, { 'content-type': 'application/json' })
            .end('{"access_token": "half-a-token-');
      },
    ];
    for (const bend of bends) {
      bend();
      expect((await attempt(createBrowserClient())).status).toBeGreaterThanOrEqual(400);
    }
    await attempt(createBrowserClient(), broken.url);

    const sent = provider
      .calls()
      .flatMap(({ form, headers }) => [
        ...['code', 'code_verifier', 'token', 'client_secret'].map((name) => form.get(name) ?? ''),
        (headers.authorization ?? '').split(' ')[1] ?? '',
      ]);
    const own = [testClient.clientSecret ?? '', sessionSecret, redisPassword, 'half-a-token-', ...typed];
    const all = [...secretsOf(trail), ...sealedSecrets(trail), ...sent, ...tokens, ...own];
    const secrets = new Set(all.filter((text) => text !== ''));
    expect(tokens.length).toBeGreaterThanOrEqual(9);
    expect(secretsIn(app.output() + broken.output(), secrets)).toEqual([]);
    const failures = app.logLines().filter(({ msg }) => msg === 'login_failed');
    expect(failures.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['id_token_invalid', 'userinfo_invalid', 'login_expired']),
    );
  });
});
