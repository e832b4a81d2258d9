// The session secret is changed node by node while people are signed in: in the documented order nobody is lost.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sign } from 'cookie-signature';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { embeddedSessions } from '../../src/embedded.ts';
import { redisSessions } from '../../src/redis.ts';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { type Balancer, startBalancer } from '../support/balancer.ts';
import type { BrowserClient, Visit } from '../support/browser-client.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';

const older = 'the older secret, of more than thirty-two characters';
const newer = 'the newer secret, of more than thirty-two characters';
/** As in docs/sessions.md: two neighbours in this list may run side by side. */
const order = [[older], [older, newer], [newer, older], [newer]] as const;
const steps = [0, 1, 2] as const;
const words = ['old | old,new', 'old,new | new,old', 'new,old | new'];

const folder = mkdtempSync(join(tmpdir(), 'latchkey-rotation-'));
const clock = { offset: 0, now: () => Date.now() + clock.offset };
const pass = (seconds: number): void => {
  clock.offset += seconds * 1000;
};
let redis: TestRedis;
let provider: ScriptedProvider;
let balancer: Balancer;
beforeAll(async () => {
  const starting = [startRedis(), startScriptedProvider({ now: clock.now }), startBalancer()] as const;
  [redis, provider, balancer] = await Promise.all(starting);
});
beforeEach(async () => {
  provider.reset();
  await redis.flush();
});
afterAll(async () => {
  await Promise.all([redis.stop(), provider.close(), balancer[Symbol.asyncDispose]()]);
  rmSync(folder, { recursive: true });
});

describe.each(['redis', 'embedded file'])('sessions in %s', (kind) => {
  const nodes: AppWorld[] = [];
  let files = 0;
  beforeEach(() => {
    files += 1;
  });
  afterEach(async () => {
    for (const node of nodes.splice(0)) await node[Symbol.asyncDispose]();
  });
  const node = async (...sessionSecret: readonly string[]): Promise<AppWorld> => {
    const file = join(folder, `${files}.sqlite`);
    const sessions = kind === 'redis' ? redisSessions(redis.url) : embeddedSessions(file);
    const auth = { sessionSecret, sessions, clock: clock.now };
    nodes.push(await startAppWorld({ provider, baseUrl: balancer.url, auth }));
    return nodes.at(-1) as AppWorld;
  };
  const open = (at: AppWorld, browser: BrowserClient, path = '/protected'): Promise<Visit> => {
    balancer.use(at);
    return browser.get(balancer.url + path);
  };
  const signedIn = async (at: AppWorld): Promise<BrowserClient> => {
    const browser = at.browser();
    expect((await browser.followAll(await open(at, browser))).status).toBe(200);
    return browser;
  };
  const sid = (browser: BrowserClient) => browser.cookies.value(balancer.url, 'latchkey.sid');

  it.each(steps)(
    'SE-14: step %i: a session goes on at either node, through renewals, and ends at either',
    async (step) => {
      const [left, right] = [await node(...(order[step] ?? [])), await node(...(order[step + 1] ?? []))];
      // In the last step it began at the node that signs with the new one, as the order has it.
      const begunAt = step === 2 ? [left] : [left, right];
      for (const [begins, other] of begunAt.map((at) => [at, at === left ? right : left] as const)) {
        const browser = await signedIn(begins);
        for (let round = 0; round < 2; round += 1) {
          for (const at of [other, begins]) expect((await open(at, browser)).status, words[step]).toBe(200);
          pass(3601);
          expect((await open(round === 0 ? begins : other, browser)).status, words[step]).toBe(200);
        }
        provider.forgetCalls();
        balancer.use(other);
        const signedOut = await browser.post(`${balancer.url}/logout`);
        // The vault opened: the provider is told whose session it was, and the tokens are revoked.
        expect(new URL(signedOut.location ?? '').searchParams.get('id_token_hint')).toMatch(/^eyJ/);
        expect(provider.calls('revocation')).toHaveLength(1);
        for (const at of [begins, other]) expect((await open(at, browser)).status).toBe(302);
      }
    },
  );

  it.each(steps)('SE-14: step %i: a login that begins at one node ends at the other', async (step) => {
    const [left, right] = [await node(...(order[step] ?? [])), await node(...(order[step + 1] ?? []))];
    for (const [begins, ends] of [
      [left, right],
      [right, left],
    ] as const) {
      const browser = begins.browser();
      const back = await browser.follow(await open(begins, browser, '/protected?from=here'));
      balancer.use(ends);
      const page = await browser.followAll(await browser.follow(back));
      expect([page.status, page.url], words[step]).toEqual([200, `${balancer.url}/protected?from=here`]);
      // Without a detour: the state opened, and so did the transaction.
      const healed = ends.logLines().filter(({ msg }) => msg === 'login_healed');
      expect(healed, words[step]).toEqual([]);
    }
  });

  it('SE-14: one person stays signed in from the first step to the last, and one login is in flight at each', async () => {
    const browser = await signedIn(await node(...order[0]));
    for (const secrets of order.slice(1)) {
      const before = nodes.at(-1) as AppWorld;
      const other = before.browser();
      const back = await other.follow(await open(before, other));
      const next = await node(...secrets);
      balancer.use(next);
      expect((await other.followAll(await other.follow(back))).status).toBe(200);
      for (const at of [before, next]) expect((await open(at, browser)).status).toBe(200);
      pass(3601);
      expect((await open(next, browser)).status).toBe(200);
    }
    expect(
      provider.calls('token').filter(({ form }) => form.get('grant_type') === 'refresh_token'),
    ).toHaveLength(3);
  });

  it('SE-14: a renewal moves cookie, token and vault to the first secret, and costs nothing else', async () => {
    const browser = await signedIn(await node(older));
    const both = await node(newer, older);
    const before = sid(browser);
    expect((await open(both, browser)).setCookies).toEqual([]);
    pass(3601);
    const renewed = await open(both, browser);
    expect(renewed.setCookies.map((line) => line.split('=')[0])).toEqual(['latchkey.token', 'latchkey.sid']);
    expect(renewed.setCookies[1]).toMatch(/; Path=\/; HttpOnly; SameSite=Lax$/);
    // Another signature under the same id.
    expect(sid(browser)).not.toBe(before);
    expect(sid(browser)?.split('.')[0]).toBe(before?.split('.')[0]);
    pass(3601);
    expect((await open(both, browser)).setCookies.map((line) => line.split('=')[0])).toEqual([
      'latchkey.token',
    ]);
    const last = await node(newer);
    pass(3601);
    expect((await open(last, browser)).status).toBe(200);
    provider.forgetCalls();
    balancer.use(last);
    const signedOut = await browser.post(`${balancer.url}/logout`);
    expect(new URL(signedOut.location ?? '').searchParams.get('id_token_hint')).toMatch(/^eyJ/);
  });

  it('SE-14: once the old secret is gone its sessions are nobody’s: no error, and a login mends it', async () => {
    const browser = await signedIn(await node(older));
    const after = await node(newer);
    expect((await open(after, browser, '/')).status).toBe(200);
    expect((await open(after, browser, '/logout')).status).toBe(200);
    balancer.use(after);
    expect((await browser.fetchJson(`${balancer.url}/api/me`)).status).toBe(401);
    const page = await browser.followAll(await open(after, browser));
    expect([page.status, page.url]).toEqual([200, `${balancer.url}/protected`]);
    // A login in flight under the secret that is gone: a page that says so and leads on, no 500.
    const other = after.browser();
    const back = await other.follow(await open(await node(older), other));
    balancer.use(after);
    const lost = await other.follow(back);
    expect(lost.status).toBe(400);
    expect(lost.body).toContain('/login');
  });

  it('SE-14: a vault that opens no more ends the session when its token is due, not before, and is no error', async () => {
    // The cookie is signed with what is left, the vault was sealed with what is gone.
    const browser = await signedIn(await node(older));
    const value = decodeURIComponent(sid(browser) ?? '');
    const id = value.slice(2, value.lastIndexOf('.'));
    const last = await node(newer);
    browser.cookies.set(balancer.url, `latchkey.sid=${encodeURIComponent(`s:${sign(id, newer)}`)}; Path=/`);
    browser.cookies.set(balancer.url, 'latchkey.token=; Path=/; Max-Age=0');
    pass(3601);
    provider.forgetCalls();
    expect((await open(last, browser, '/')).status).toBe(200);
    const page = await browser.followAll(await open(last, browser));
    expect([page.status, page.url]).toEqual([200, `${balancer.url}/protected`]);
    expect(provider.calls('token').map(({ form }) => form.get('grant_type'))).toEqual(['authorization_code']);
    expect(last.logLines().filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('SE-14: in the wrong order a node that knows the old one alone turns new sessions away: hence the first step', async () => {
    const [behind, ahead] = [await node(older), await node(newer, older)];
    const browser = await signedIn(ahead);
    const turnedAway = await open(behind, browser);
    // The token cookie is rubbish to this node, so it is cleared: the session is lost at the other node as well.
    expect([turnedAway.status, turnedAway.setCookies.join()]).toEqual([
      302,
      expect.stringContaining('latchkey.token=;'),
    ]);
    expect((await open(ahead, browser)).status).toBe(302);
  });
});
