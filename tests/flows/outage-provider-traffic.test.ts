// The provider is killed and started again while the app is under steady traffic, both as processes of their own.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AppProcess, startAppProcess } from '../support/app-process.ts';
import { type BrowserClient, createBrowserClient } from '../support/browser-client.ts';
import { freePort } from '../support/free-port.ts';
import { formAction } from '../support/local-provider-world.ts';
import { type ProviderProcess, startProviderProcess } from '../support/provider-process.ts';
import { expectNobodySignedOut, startTraffic } from '../support/traffic.ts';

/** Renewed from 2.25 s on, ended after 3 s. */
const tokenSeconds = 3;

let provider: ProviderProcess;
let app: AppProcess;
beforeAll(async () => {
  const port = await freePort();
  app = await startAppProcess({
    env: {
      OIDC_ISSUER: `http://127.0.0.1:${port}`,
      OIDC_CLIENT_ID: 'app',
      OIDC_CLIENT_SECRET: 'app-secret-app-secret-app-secret',
      SESSION_SECRET: 'a secret of more than thirty-two characters',
    },
  });
  provider = await startProviderProcess(port, app.url, tokenSeconds);
  await app.saying('"listening"');
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

const signIn = async (): Promise<BrowserClient> => {
  const browser = createBrowserClient();
  const page = await browser.followAll(await browser.get(`${app.url}/protected`));
  const typed = { login: 'ada', password: 'lovelace' };
  const done = await browser.followAll(await browser.post(formAction(page, '/sign-in'), typed));
  expect([done.status, done.url]).toEqual([200, `${app.url}/protected`]);
  return browser;
};

it('LG-03b: served while tokens live, told to wait when they have ended, the same session after', async () => {
  // It may have looked for the provider before that was there, and looks again in a moment.
  const begin = async () => (await createBrowserClient().get(`${app.url}/protected`)).status;
  await expect.poll(begin, { timeout: 15_000 }).toBe(302);
  const browser = await signIn();
  const signedInAt = performance.now();
  // A login that began before, and comes back while the provider is away.
  const late = createBrowserClient();
  const form = await late.followAll(await late.get(`${app.url}/protected`));
  const typed = { login: 'ada', password: 'lovelace' };
  let back = await late.post(formAction(form, '/sign-in'), typed);
  while (!back.location?.startsWith(app.url)) back = await late.follow(back);

  const sid = browser.cookies.value(app.url, 'latchkey.sid');
  const traffic = startTraffic(app.url, [
    { kind: 'page', path: '/protected', browser },
    { kind: 'api', path: '/api/me', browser },
    { kind: 'optional', path: '/', browser },
  ]);
  await traffic.allWell();
  const authorizations = () => provider.requests().filter((line) => line.startsWith('GET /auth')).length;
  const logins = authorizations();
  await provider.kill();
  const killedAt = performance.now();

  const callback = await late.follow(back);
  expect([callback.status, callback.location]).toEqual([503, null]);
  expect(Number(callback.headers['retry-after'])).toBeGreaterThan(0);
  expect(callback.setCookies.join()).not.toMatch(/latchkey\.(?:sid|token)=[^;]/);

  await traffic.someTurnedAway(8000);
  const firstRefusal = traffic.answers.find(({ visit }) => visit.status === 503)?.at ?? 0;
  expect(firstRefusal - signedInAt).toBeGreaterThan((tokenSeconds - 1.2) * 1000);
  const refreshes = () => provider.requests().filter((line) => line === 'POST /token').length;
  const before = refreshes();
  await provider.restart();
  await traffic.allWell();
  expect(refreshes()).toBeGreaterThan(before);
  await traffic.stop();

  expectNobodySignedOut(traffic.answers, { signedIn: 'ada', code: 'provider_unavailable', renews: true });
  const served = traffic.answers.filter(
    ({ at, kind }) => at > killedAt && at < firstRefusal && kind !== 'optional',
  );
  expect(served.length).toBeGreaterThan(10);
  expect(authorizations()).toBe(logins);
  expect(browser.cookies.value(app.url, 'latchkey.sid')).toBe(sid);
  expect(app.logLines().filter(({ msg }) => msg === 'session_ended')).toEqual([]);
  expect(app.errorOutput()).toBe('');
}, 40_000);
