// A logout at the provider that comes at a bad moment: while the login is being finished, twice, in an outage.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { arrive, failedLogins, sessionCookiesSet, untilCallback } from '../support/login-steps.ts';
import {
  deliver,
  expectRefusedDelivery,
  logoutToken,
  sidsAt,
  signedInWithSid,
} from '../support/logout-tokens.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { answer } from '../support/scripted-provider/answers.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

describe.each(['redis', 'memory'])('while a login is being finished, sessions in %s', (kind) => {
  let world: AppWorld;
  beforeAll(async () => {
    world = await startAppWorld(kind === 'redis' ? { redis } : {});
  });
  afterAll(() => world[Symbol.asyncDispose]());
  beforeEach(async () => {
    world.provider.reset();
    await redis.flush();
    // A login in the very second of the last test's logout would count as older than it.
    world.advance(2);
  });

  it.each([
    ['sid', (sid: string) => ({ sid, sub: undefined })],
    ['sub', () => ({})],
    ['sid and sub', (sid: string) => ({ sid })],
  ])('LO-11c: a logout by %s leaves no live session behind', async (_by, changesFor) => {
    const { provider } = world;
    const browser = world.browser();
    const callback = await untilCallback(world, browser);
    let delivered = 0;
    // Userinfo is asked last: the ID token is out, and nothing is written yet.
    provider.bend.userinfo = async () => {
      const token = await logoutToken(provider, changesFor(sidsAt(provider).at(-1) ?? ''));
      delivered = (await deliver(world, token)).status;
    };
    const visit = await arrive(world, browser, callback);
    expect(delivered).toBe(200);
    expect(visit.status).toBe(400);
    expect(failedLogins(world).at(-1)).toBe('login_expired');
    expect(sessionCookiesSet(visit)).toEqual([]);
    expect(await world.whoIs(browser)).toBe('401');
    if (kind === 'redis') expect(await redis.keys('latchkey:[sv]*')).toEqual([]);
    // The next one is a new login, and is let in.
    provider.reset();
    world.advance(2);
    expect((await world.signIn(browser)).status).toBe(200);
    expect(await world.whoIs(browser)).toBe('user-ada');
  });

  it('LO-11c: one for another person, or from before this login, does not get in its way', async () => {
    const { provider } = world;
    const stale = await logoutToken(provider);
    world.advance(3);
    const browser = world.browser();
    const callback = await untilCallback(world, browser);
    provider.bend.userinfo = async () => {
      const sid = sidsAt(provider).at(-1) ?? '';
      await deliver(world, stale);
      await deliver(world, await logoutToken(provider, { sub: 'user-ben' }));
      await deliver(world, await logoutToken(provider, { sub: 'user-ben', sid }));
    };
    expect((await arrive(world, browser, callback)).status).toBe(303);
    expect(await world.whoIs(browser)).toBe('user-ada');
  });

  it('LO-09a: the same token again is refused, and ends nothing that came after it', async () => {
    const first = await signedInWithSid(world);
    const token = await logoutToken(world.provider, { sid: first.sid, sub: undefined });
    expect((await deliver(world, token)).status).toBe(200);
    // A provider that gives the same sid to the next login of the same browser.
    world.provider.bend.idTokenClaims = (claims) => void Object.assign(claims, { sid: first.sid });
    world.advance(2);
    const next = await signedInWithSid(world);
    expectRefusedDelivery(await deliver(world, token));
    expect(await world.whoIs(next.browser)).toBe('user-ada');
  });
});

describe('in an outage', () => {
  it('keys that cannot be fetched are 503, so that the provider tries again, and then it works', async () => {
    await using world = await startAppWorld();
    const { browser } = await signedInWithSid(world);
    await world.provider.rotateKeys();
    world.provider.bend.raw.jwks = answer(500);
    const token = await logoutToken(world.provider);
    const refused = await deliver(world, token);
    expectRefusedDelivery(refused, 503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await world.whoIs(browser)).toBe('user-ada');
    world.provider.bend.raw = {};
    world.advance(31);
    expect((await deliver(world, token)).status).toBe(200);
    expect(await world.whoIs(browser)).toBe('401');
  });

  it('a provider that was never reached is 503', async () => {
    await using world = await startAppWorld();
    const token = await logoutToken(world.provider);
    await world.provider.goDown();
    expectRefusedDelivery(await deliver(world, token), 503);
  });

  it('a store that is away is 503, and the same token ends the session once it is back', async () => {
    const own = await startRedis();
    await using _stopped = own;
    await using world = await startAppWorld({ redis: own });
    const { browser } = await signedInWithSid(world);
    const token = await logoutToken(world.provider);
    await own.kill({ keepData: true });
    expectRefusedDelivery(await deliver(world, token), 503);
    expect(world.logLines().some(({ msg, level }) => msg === 'store_failed' && level === 'warn')).toBe(true);
    await own.restart();
    const again = async (): Promise<number> => (await deliver(world, token)).status;
    await expect.poll(again, { timeout: 10_000, interval: 100 }).toBe(200);
    expect(await world.whoIs(browser)).toBe('401');
  });
});
