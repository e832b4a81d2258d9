// The demo installation gets new keys and a new secret: its local provider signs with another key after a restart.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readEnvironment } from '../../src/app/env.ts';
import { createLog } from '../../src/app/log.ts';
import { type Running, start } from '../../src/app/run.ts';
import { settingsFrom } from '../../src/app/settings.ts';
import { createLocalProviderKeys, type LocalProviderKeys } from '../../src/local-provider.ts';
import { type BrowserClient, createBrowserClient, type Visit } from '../support/browser-client.ts';
import { freePort } from '../support/free-port.ts';
import { formAction } from '../support/local-provider-world.ts';

const folder = mkdtempSync(join(tmpdir(), 'latchkey-rotated-'));
const inFolder = (name: string): string => join(folder, `${name}.json`);
const read = <T>(name: string): T => JSON.parse(readFileSync(inFolder(name), 'utf8'));
let port: number;
let url: string;
let running: Running | undefined;

const launch = async (more: Record<string, string> = {}): Promise<void> => {
  const environment = { LOG_LEVEL: 'silent', DATA_DIR: folder, PORT: String(port), ...more };
  running = await start(settingsFrom(readEnvironment(environment)), createLog('silent'));
  // Connections that were kept open to the ones before are noticed as dead by the first who use them.
  await vi.waitUntil(
    () =>
      fetch(`${url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      ),
    { timeout: 10_000 },
  );
};
const restart = async (more: Record<string, string> = {}): Promise<void> => {
  await running?.stop();
  await launch(more);
};
/** The new pair in front signs; the old one is still published where it is kept. */
const rotateKeys = async (keepOld: boolean): Promise<void> => {
  const [old, made] = [read<LocalProviderKeys>('local-provider-keys'), await createLocalProviderKeys()];
  const jwks = { keys: keepOld ? [...made.jwks.keys, ...old.jwks.keys] : made.jwks.keys };
  writeFileSync(inFolder('local-provider-keys'), JSON.stringify({ jwks, cookieKeys: old.cookieKeys }));
};

beforeAll(async () => {
  port = await freePort();
  url = `http://localhost:${port}`;
  await launch();
});
afterAll(async () => {
  await running?.stop();
  rmSync(folder, { recursive: true });
});

const enter = async (browser: BrowserClient, page: Visit): Promise<Visit> => {
  const sent = await browser.post(formAction(page, '/sign-in'), { login: 'ada', password: 'ada' });
  return browser.followAll(sent);
};
const signIn = async (browser = createBrowserClient()): Promise<BrowserClient> => {
  const page = await browser.followAll(await browser.get(`${url}/protected`));
  // Whoever is signed in at the provider already comes back without a question.
  const back = page.url === `${url}/protected` ? page : await enter(browser, page);
  expect([back.status, back.url]).toEqual([200, `${url}/protected`]);
  return browser;
};
const who = async (browser: BrowserClient): Promise<number> =>
  (await browser.fetchJson(`${url}/api/me`)).status;
const kidOf = (token: string): unknown =>
  JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8')).kid;
/** Signs out, and gives the hint that went to the provider and the page it ended on. */
const signOut = async (browser: BrowserClient) => {
  const sent = await browser.post(`${url}/logout`);
  const hint = new URL(sent.location ?? '').searchParams.get('id_token_hint') ?? '';
  return { hint, page: await browser.followAll(sent) };
};

describe('a local provider with new signing keys', () => {
  it('in front of the old ones: sessions go on, logins work, and people sign out with tokens of either key', async () => {
    const before = await signIn();
    const old = read<LocalProviderKeys>('local-provider-keys').jwks.keys.map(({ kid }) => kid);
    await rotateKeys(true);
    await restart();
    expect(await who(before)).toBe(200);
    const after = await signIn();
    const [first, second] = [await signOut(before), await signOut(after)];
    expect(old).toContain(kidOf(first.hint));
    expect(old).not.toContain(kidOf(second.hint));
    for (const { page } of [first, second]) {
      expect([page.status, page.url.split('?')[0]]).toEqual([200, `${url}/logout`]);
    }
  });

  it('in place of the old ones: pages do not notice, a login in flight ends, and only the hint is worth nothing', async () => {
    const before = await signIn();
    const halfway = createBrowserClient();
    const page = await halfway.followAll(await halfway.get(`${url}/protected`));
    await rotateKeys(false);
    await restart();
    expect(await who(before)).toBe(200);
    expect((await before.get(`${url}/profile`)).status).toBe(200);
    expect((await enter(halfway, page)).status).toBe(200);
    // Signed out here at once; the provider cannot read the hint any more, and says so on its own page.
    const { page: end } = await signOut(before);
    expect([end.status, new URL(end.url).port]).toEqual([400, String(port + 1)]);
    expect(await who(before)).toBe(401);
    await signIn(before);
  });
});

describe('the secret that the data folder keeps', () => {
  it('SE-14: is changed as the documents say, and the one who was signed in stays so', async () => {
    const browser = await signIn();
    const old = read<string>('session-secret');
    const fresh = 'a new secret of more than thirty-two characters';
    await restart({ SESSION_SECRET: `${fresh},${old}` });
    expect(await who(browser)).toBe(200);
    const later = await signIn();
    await restart({ SESSION_SECRET: fresh });
    expect([await who(browser), await who(later)]).toEqual([401, 200]);
    // Or the file is taken away: everybody signs in again, and nothing else happens.
    await running?.stop();
    rmSync(inFolder('session-secret'));
    await launch();
    expect(await who(later)).toBe(401);
    expect(await who(await signIn(later))).toBe(200);
    expect(read<string>('session-secret')).not.toBe(old);
  });
});
