// Signing out at a provider that is away, silent or lacks something, and coming back in any state.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import type { BrowserClient, Visit } from '../support/browser-client.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { answer, hang } from '../support/scripted-provider/answers.ts';
import { testClient } from '../support/scripted-provider.ts';

let redis: TestRedis;
let world: AppWorld;
beforeAll(async () => {
  redis = await startRedis();
  world = await startAppWorld({ redis, auth: { providerTimeoutSeconds: 0.4 } });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await redis.stop();
});
beforeEach(() => world.provider.reset());

const signedIn = async (): Promise<BrowserClient> => {
  const browser = world.browser();
  expect((await world.signIn(browser)).status).toBe(200);
  world.provider.forgetCalls();
  return browser;
};
const logOut = (browser: BrowserClient, path = '/logout'): Promise<Visit> => browser.post(world.url + path);
const keysOfSessions = () => redis.keys('latchkey:[sv]*');

/** Signed out here for good: nobody, no cookie of a session, nothing kept. */
const expectNobody = async (browser: BrowserClient, before: BrowserClient): Promise<void> => {
  expect(await world.whoIs(browser)).toBe('401');
  expect(await world.whoIs(before)).toBe('401');
  expect(browser.cookies.names(world.url).filter((name) => /sid|token/.test(name))).toEqual([]);
  expect(await keysOfSessions()).toEqual([]);
};

describe('LO-05: a provider that does not play along', () => {
  it('LO-05a: without end_session people land on our own page', async () => {
    const bent = await startAppWorld({ redis });
    await using _closed = bent;
    bent.provider.bend.discovery = (metadata) => {
      delete metadata.end_session_endpoint;
    };
    const browser = bent.browser();
    await bent.signIn(browser);
    const before = browser.clone();
    const answered = await browser.post(`${bent.url}/logout`);
    expect([answered.status, answered.location]).toEqual([303, `${bent.url}/logout`]);
    expect((await browser.followAll(answered)).body).toContain('You are signed out');
    await expectNobody(browser, before);
  });

  it.each([
    ['away', async () => world.provider.goDown()],
    ['silent', async () => void Object.assign(world.provider.bend.raw, { revocation: hang() })],
  ])('LO-05b: with a provider that is %s people are signed out here', async (_what, breakIt) => {
    const browser = await signedIn();
    const before = browser.clone();
    await breakIt();
    try {
      const answered = await logOut(browser);
      expect([answered.status, answered.location]).toEqual([303, `${world.url}/logout`]);
      await expectNobody(browser, before);
      expect(world.logText()).toContain('revocation_failed');
    } finally {
      await world.provider.goDown();
      await world.provider.comeBack();
    }
  });

  it.each([
    [
      'refuses to revoke',
      answer(400, '{"error":"unsupported_token_type"}', { 'content-type': 'application/json' }),
    ],
    ['fails at revoking', answer(500, 'oops')],
  ])('signs people out at a provider that %s', async (_what, raw) => {
    const browser = await signedIn();
    const before = browser.clone();
    world.provider.bend.raw.revocation = raw;
    expect((await logOut(browser)).status).toBe(303);
    await expectNobody(browser, before);
  });

  it('LO-05c: an ID token too long for a URL is left out, and the client still named', async () => {
    world.provider.bend.idTokenClaims = (claims) => void Object.assign(claims, { padding: 'p'.repeat(9000) });
    const { location } = await logOut(await signedIn());
    const url = new URL(location ?? '');
    expect(url.pathname).toBe('/end-session');
    expect(url.href.length).toBeLessThan(8000);
    expect(url.searchParams.has('id_token_hint')).toBe(false);
    expect(url.searchParams.get('client_id')).toBe(testClient.clientId);
  });
});

describe('LO-06: coming back', () => {
  it.each(['', '?state=', '?state=someone-elses', '?state=a&state=b', '?error=oops'])(
    'LO-06a: ends on the signed-out page with "%s"',
    async (query) => {
      const page = await world.browser().get(`${world.url}/logout${query}`);
      expect([page.status, page.setCookies]).toEqual([200, []]);
      expect(page.body).toContain('You are signed out');
      expect(page.body).not.toContain('oops');
    },
  );

  it('LO-06c: signing out twice, or as nobody, ends on the same page and calls nobody', async () => {
    const browser = await signedIn();
    const second = browser.clone();
    await logOut(browser);
    world.provider.forgetCalls();
    for (const again of [browser, second, world.browser()]) {
      const page = await again.followAll(await logOut(again));
      expect([page.status, new URL(page.url).pathname]).toEqual([200, '/logout']);
    }
    expect(world.provider.calls()).toEqual([]);
  });
});

it('two tabs that sign out at the same moment both end on the page', async () => {
  const browser = await signedIn();
  const tabs = [browser, browser.clone(), browser.clone()];
  const answers = await Promise.all(tabs.map((tab) => logOut(tab)));
  expect(answers.map(({ status }) => status)).toEqual([303, 303, 303]);
  await expectNobody(browser, tabs[2] ?? browser);
});
