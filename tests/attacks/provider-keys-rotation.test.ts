// The provider changes its signing keys in the middle of logins, sessions, renewals and logouts; strangers flood all doors.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BrowserClient } from '../support/browser-client.ts';
import { deliver, logoutClaims, logoutToken } from '../support/logout-tokens.ts';
import { type RefreshWorld, startRefreshWorld, tokenLife } from '../support/refresh-world.ts';
import { answer } from '../support/scripted-provider/answers.ts';
import { createSigningKey, type SigningKey, signJwt } from '../support/scripted-provider/keys.ts';
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';

const clock = { offset: 0, now: () => Date.now() + clock.offset };
let provider: ScriptedProvider;
beforeAll(async () => {
  provider = await startScriptedProvider({ now: clock.now });
});
beforeEach(() => {
  clock.offset = 0;
  provider.reset();
});
afterAll(() => provider.close());

const pass = (seconds: number): void => {
  clock.offset += seconds * 1000;
};
/** Fresh each time: keys are cached per app. It has signed somebody in, so the keys of before are in the cache. */
const open = async (): Promise<RefreshWorld> => {
  const world = await startRefreshWorld({ provider, auth: { clock: clock.now } });
  await world.signedIn();
  provider.forgetCalls();
  return world;
};
const fetches = (): number => provider.calls('jwks').length;

describe('keys that are changed, the old ones gone at once', () => {
  it('ID-13b: between the authorization request and the callback: the login ends on its page', async () => {
    await using world = await open();
    const browser = world.browser();
    const back = await browser.follow(await browser.get(`${world.url}/page`));
    await provider.rotateKeys();
    expect((await browser.followAll(await browser.follow(back))).body).toBe('page of Ada Lovelace');
    expect(fetches()).toBe(1);
  });

  it('ID-13b: in the middle of a session: pages do not notice, also when the keys cannot be fetched', async () => {
    await using world = await open();
    const browser = await world.signedIn();
    provider.forgetCalls();
    await provider.rotateKeys();
    provider.bend.raw.jwks = answer(500, 'sorry');
    for (const path of ['/page', '/api/who', '/two']) {
      expect((await browser.fetchJson(world.url + path)).status).toBe(200);
    }
    expect(fetches()).toBe(0);
  });

  it('ID-13b: before the tokens of fifteen people are renewed: all go on, for one fetch', async () => {
    await using world = await open();
    const people: BrowserClient[] = [];
    for (let index = 0; index < 15; index += 1) people.push(await world.signedIn());
    pass(tokenLife.dead);
    await provider.rotateKeys();
    provider.forgetCalls();
    const seen = await Promise.all(people.map((browser) => world.who(browser)));
    expect(seen.map(({ status, subject }) => [status, subject])).toEqual(people.map(() => [200, 'user-ada']));
    expect(world.refreshes()).toHaveLength(15);
    expect(fetches()).toBe(1);
  });

  it('ID-13b: just before a logout token comes: it ends the session, for one fetch', async () => {
    await using world = await open();
    const browser = await world.signedIn();
    await provider.rotateKeys();
    provider.forgetCalls();
    expect((await deliver(world, await logoutToken(provider))).status).toBe(200);
    expect((await world.who(browser)).status).toBe(401);
    expect(fetches()).toBe(1);
  });

  it('ID-14b: a logout token of a key that is gone ends nothing once the change is known', async () => {
    await using world = await open();
    const withdrawn = provider.keys.current;
    await provider.rotateKeys();
    // Somebody signs in after the change: now it is known here.
    const browser = await world.signedIn();
    const token = await signJwt(withdrawn, logoutClaims(provider), { typ: 'logout+jwt' });
    expect((await deliver(world, token)).status).toBe(400);
    expect((await world.who(browser)).status).toBe(200);
  });
});

describe('a flood of tokens with keys that nobody knows', () => {
  let stranger: SigningKey;
  beforeAll(async () => {
    stranger = await createSigningKey();
  });

  it('ID-13a: at logins, renewals and the back channel together costs one fetch per cooldown, and honest people get in', async () => {
    await using world = await open();
    const people: BrowserClient[] = [];
    for (let index = 0; index < 5; index += 1) people.push(await world.signedIn());
    const honest = await world.signedIn();
    pass(tokenLife.dead);
    provider.forgetCalls();
    let count = 0;
    const forged = (claims: Record<string, unknown>, header = {}) => {
      count += 1;
      return signJwt(stranger, claims, { ...header, kid: `unknown-${count}` });
    };
    const flood = async (renewing: readonly BrowserClient[]) => {
      provider.bend.signIdToken = (claims) => forged(claims);
      await Promise.all([
        ...renewing.map(async (browser) => expect((await world.who(browser)).status).toBe(401)),
        ...Array.from({ length: 10 }, async () =>
          expect((await world.signIn(world.browser(), '/page')).status).toBe(502),
        ),
        ...Array.from({ length: 20 }, async () => {
          const token = await forged(logoutClaims(provider), { typ: 'logout+jwt' });
          expect((await deliver(world, token)).status).toBe(400);
        }),
      ]);
      provider.bend.signIdToken = undefined;
    };
    await flood(people);
    await flood([]);
    expect(fetches()).toBe(1);
    expect((await world.who(honest)).status).toBe(200);
    expect((await world.signIn(world.browser(), '/page')).status).toBe(200);
    pass(31);
    await flood([]);
    expect(fetches()).toBe(2);
  });
});
