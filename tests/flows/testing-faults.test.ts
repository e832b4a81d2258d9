// The test kit breaks the provider on purpose: what an app with latchkey does then is what a customer's test will see.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signedIn, startTestProvider, type TestProvider, testUsers } from '../../src/testing.ts';
import { createKitApp, type KitApp } from '../support/kit-app.ts';

const { ada } = testUsers;
const clock = { offset: 0, now: () => Date.now() + clock.offset };
let provider: TestProvider;
let kit: KitApp;
beforeAll(async () => {
  provider = await startTestProvider({ now: clock.now });
});
beforeEach(() => {
  provider.reset();
  // Times in tokens are whole seconds: a login within the second of a logout would count as older.
  clock.offset += 2_000;
  kit = createKitApp(provider, { providerTimeoutSeconds: 1 });
});
afterEach(() => kit.auth.close());
afterAll(() => provider.close());

const statusAt = async (endpoint: string): Promise<number | string> =>
  fetch(`${provider.issuer}${endpoint}`).then(
    ({ status }) => status,
    () => 'no answer',
  );

describe('a fault', () => {
  it('meets as many calls as it was told, and every one is in the log', async () => {
    provider.fail('jwks', { status: 503, times: 2 });
    expect([await statusAt('/jwks'), await statusAt('/jwks'), await statusAt('/jwks')]).toEqual([
      503, 503, 200,
    ]);
    expect(provider.calls('jwks')).toHaveLength(3);
    expect(provider.calls('token')).toHaveLength(0);
  });

  it('lasts until it is lifted, by itself or with everything else', async () => {
    const lift = provider.fail('jwks', { drop: true });
    expect(await statusAt('/jwks')).toBe('no answer');
    expect(await statusAt('/.well-known/openid-configuration')).toBe(200);
    lift();
    expect(await statusAt('/jwks')).toBe(200);
    provider.fail('jwks', { status: 500 });
    provider.reset();
    expect(await statusAt('/jwks')).toBe(200);
  });

  it('come in their order, each with its own words', async () => {
    provider.fail('jwks', { error: 'invalid_grant', times: 1 });
    provider.fail('jwks', { status: 429, times: 1 });
    provider.fail('jwks', { status: 500, delayMs: 1, times: 1 });
    const answers = [];
    for (let call = 0; call < 3; call += 1) {
      const answer = await fetch(`${provider.issuer}/jwks`);
      answers.push([answer.status, ((await answer.json()) as { error: string }).error]);
    }
    expect(answers).toEqual([
      ...[
        [400, 'invalid_grant'],
        [429, 'invalid_request'],
        [500, 'server_error'],
      ],
    ]);
  });

  it('that is a delay answers rightly and late, and does not hold up the end of the test', async () => {
    provider.fail('jwks', { delayMs: 80, times: 1 });
    const before = Date.now();
    expect(await statusAt('/jwks')).toBe(200);
    expect(Date.now() - before).toBeGreaterThanOrEqual(75);
    provider.fail('jwks', { delayMs: 3_600_000, times: 1 });
    const waiting = statusAt('/jwks');
    await expect.poll(() => provider.calls('jwks').length).toBe(2);
    await provider.goDown();
    expect(await waiting).toBe('no answer');
    await provider.comeBack();
  });
});

describe('somebody who is signed in while the provider breaks', () => {
  it('keeps the session through an outage, and goes on with a new token', async () => {
    await using session = await signedIn(kit.app, ada);
    const { token } = (await (await session.fetch('/api/me')).json()) as { token: string };
    const before = session.cookieHeader;
    clock.offset += 3_700_000;
    provider.fail('token', { status: 503, times: 1 });
    const away = await session.fetch('/api/me');
    expect([away.status, away.headers.has('retry-after')]).toEqual([503, true]);
    expect(session.cookieHeader).toBe(before);
    // A node asks again two seconds later at the earliest.
    await expect.poll(async () => (await session.fetch('/api/me')).status, { timeout: 5_000 }).toBe(200);
    const back = (await (await session.fetch('/api/me')).json()) as { token: string };
    expect(back.token).not.toBe(token);
    // The app renewed its cookie, and the session of the test has the new one.
    expect(session.cookieHeader).not.toBe(before);
    expect(session.cookieHeader).toMatch(
      /^latchkey\.token=[^;]+; (?:latchkey\.rounds=[^;]+; )?latchkey\.sid=[^;]+$/,
    );
  });

  it('is signed out when the provider takes the refresh token back', async () => {
    await using session = await signedIn(kit.app, ada);
    clock.offset += 3_700_000;
    provider.fail('token', { error: 'invalid_grant', times: 1 });
    expect((await session.fetch('/api/me')).status).toBe(401);
  });

  it('cannot sign in at a provider that is down or too slow, and can once it is back', async () => {
    provider.fail('token', { delayMs: 5_000, times: 1 });
    await expect(signedIn(kit.app, ada)).rejects.toThrow(/auth-callback answered 503/);
    await provider.goDown();
    await expect(signedIn(kit.app, ada)).rejects.toThrow(
      `the provider at ${provider.origin} does not answer`,
    );
    await provider.comeBack();
    await using session = await signedIn(kit.app, ada);
    expect((await session.fetch('/api/me')).status).toBe(200);
  });

  it('goes on over a rotation of the keys, and so do new logins', async () => {
    await using session = await signedIn(kit.app, ada);
    await provider.rotateKeys({ keepOld: true });
    clock.offset += 3_700_000;
    expect((await session.fetch('/api/me')).status).toBe(200);
    await using other = await signedIn(kit.app, testUsers.bob);
    expect((await other.fetch('/api/me')).status).toBe(200);
  });
});

describe('somebody who signs out at the provider', () => {
  it('is signed out of the app by the back channel: everywhere, or from one login', async () => {
    const [one, two, other] = await Promise.all([
      ...[signedIn(kit.app, ada), signedIn(kit.app, ada), signedIn(kit.app, testUsers.bob)],
    ]);
    const to = one?.url('/backchannel-logout') ?? '';
    const who = () =>
      Promise.all([one, two, other].map(async (session) => (await session?.fetch('/api/me'))?.status));
    const sids = provider.logins().flatMap(({ sub, sid }) => (sub === 'user-ada' ? [sid] : []));
    const [sid = ''] = sids;
    expect((await provider.sendBackChannelLogout({ to, sid })).status).toBe(200);
    expect((await who()).toSorted()).toEqual([200, 200, 401]);
    expect((await provider.sendBackChannelLogout({ to, sub: 'user-ada' })).status).toBe(200);
    expect(await who()).toEqual([401, 401, 200]);
    await Promise.all([one, two, other].map((session) => session?.close()));
  });

  it('stays signed in when the logout token is not a good one', async () => {
    await using session = await signedIn(kit.app, ada);
    const to = session.url('/backchannel-logout');
    const bad = [{ aud: 'other' }, { events: undefined }, { nonce: 'x' }, { exp: 1_700_000_000 }];
    for (const claims of bad) {
      const answer = await provider.sendBackChannelLogout({ to, sub: 'user-ada', claims });
      expect([answer.status, await answer.json()]).toMatchObject([400, { error: 'invalid_request' }]);
    }
    expect((await session.fetch('/api/me')).status).toBe(200);
    await expect(provider.sendBackChannelLogout({ to })).rejects.toThrow('who signed out?');
  });
});
