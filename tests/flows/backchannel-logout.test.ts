// Signed out at the provider: its message ends the right sessions here, and no other, on each store.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { deliver, logoutToken, signedInWithSid } from '../support/logout-tokens.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { testUser } from '../support/scripted-provider.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

describe.each(['redis', 'memory', 'embedded'])('a back-channel logout, sessions in %s', (kind) => {
  let world: AppWorld;
  beforeAll(async () => {
    const where = kind === 'redis' ? { redis } : { embeddedFile: kind === 'embedded' };
    world = await startAppWorld(where);
  });
  afterAll(() => world[Symbol.asyncDispose]());
  beforeEach(async () => {
    world.provider.reset();
    // Times at the provider are whole seconds: a login in the very second of a logout counts as older.
    world.advance(2);
    if (kind === 'redis') await redis.flush();
  });
  const ended = (from = 0) =>
    world
      .logLines()
      .slice(from)
      .filter(({ msg }) => msg === 'session_ended');

  it('OL-05, LO-07a: ends the one session that a sid names, with exactly 200 and nothing to keep', async () => {
    const phone = await signedInWithSid(world);
    const laptop = await signedInWithSid(world);
    const before = world.logLines().length;
    const answer = await deliver(
      world,
      await logoutToken(world.provider, { sid: phone.sid, sub: undefined }),
    );
    expect([answer.status, answer.body]).toEqual([200, '']);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(await world.whoIs(phone.browser)).toBe('401');
    expect(await world.whoIs(laptop.browser)).toBe('user-ada');
    expect(ended(before)).toMatchObject([
      { level: 'info', reason: 'back_channel', issuer: world.provider.issuer, subject: 'user-ada' },
    ]);
  });

  it('LO-07b: ends every session of the person that a sub names, and nobody else’s', async () => {
    const adas = [await signedInWithSid(world), await signedInWithSid(world), await signedInWithSid(world)];
    world.provider.user = { ...testUser, sub: 'user-ben' };
    const ben = await signedInWithSid(world);
    expect((await deliver(world, await logoutToken(world.provider))).status).toBe(200);
    for (const { browser } of adas) expect(await world.whoIs(browser)).toBe('401');
    expect(await world.whoIs(ben.browser)).toBe('user-ben');
  });

  it('LO-07c: with sid and sub ends that one session of that person', async () => {
    const phone = await signedInWithSid(world);
    const laptop = await signedInWithSid(world);
    expect((await deliver(world, await logoutToken(world.provider, { sid: phone.sid }))).status).toBe(200);
    expect(await world.whoIs(phone.browser)).toBe('401');
    expect(await world.whoIs(laptop.browser)).toBe('user-ada');
  });

  it('LO-07c: with the sid of one and the sub of another ends nothing', async () => {
    const ada = await signedInWithSid(world);
    const token = await logoutToken(world.provider, { sid: ada.sid, sub: 'user-ben' });
    expect((await deliver(world, token)).status).toBe(200);
    expect(await world.whoIs(ada.browser)).toBe('user-ada');
  });

  it('LO-09b: spares what the person began after the logout was issued', async () => {
    const old = await signedInWithSid(world);
    world.advance(5);
    const token = await logoutToken(world.provider);
    world.advance(5);
    const young = await signedInWithSid(world);
    expect((await deliver(world, token)).status).toBe(200);
    expect(await world.whoIs(old.browser)).toBe('401');
    expect(await world.whoIs(young.browser)).toBe('user-ada');
  });

  it.each([
    ['sid', { sid: 'nobody-has-this', sub: undefined }],
    ['sub', { sub: 'nobody' }],
  ])(
    'LO-11a: about a %s that is not here is 200 too: there is nothing left to end',
    async (_what, changes) => {
      const ada = await signedInWithSid(world);
      expect((await deliver(world, await logoutToken(world.provider, changes))).status).toBe(200);
      expect(await world.whoIs(ada.browser)).toBe('user-ada');
    },
  );

  it('LO-12: drops the tokens with the vault and leaves the provider to decide about them', async () => {
    const ada = await signedInWithSid(world);
    world.provider.forgetCalls();
    await deliver(world, await logoutToken(world.provider, { sid: ada.sid }));
    expect(world.provider.calls('revocation')).toEqual([]);
    expect(world.provider.calls('token')).toEqual([]);
    if (kind === 'redis') expect(await redis.keys('latchkey:[sv]*')).toEqual([]);
  });

  it('a person signed out that way is sent to sign in at the next page, and can', async () => {
    const ada = await signedInWithSid(world);
    world.advance(2);
    await deliver(world, await logoutToken(world.provider));
    world.advance(2);
    expect((await ada.browser.get(`${world.url}/protected`)).location).toContain(world.provider.issuer);
    expect((await world.signIn(ada.browser)).status).toBe(200);
    expect(await world.whoIs(ada.browser)).toBe('user-ada');
  });

  it('a step-up, which is a new session of the same sid, is found as well', async () => {
    const ada = await signedInWithSid(world);
    const { sid } = ada;
    world.provider.bend.idTokenClaims = (claims) => void Object.assign(claims, { sid });
    await ada.browser.followAll(await ada.browser.get(`${world.url}/login?return_to=/protected`));
    expect(await world.whoIs(ada.browser)).toBe('user-ada');
    await deliver(world, await logoutToken(world.provider, { sid, sub: undefined }));
    expect(await world.whoIs(ada.browser)).toBe('401');
  });
});

it('what a session leaves in the index goes with it, and what points nowhere goes when it is listed', async () => {
  await redis.flush();
  await using world = await startAppWorld({ redis });
  const index = () => redis.keys('latchkey:index:*');
  const first = await signedInWithSid(world);
  expect(await index()).toHaveLength(2);
  await first.browser.post(`${world.url}/logout`);
  expect(await index()).toEqual([]);
  const second = await signedInWithSid(world);
  for (const key of await redis.keys('latchkey:[sv]*')) await redis.send('DEL', key);
  await deliver(world, await logoutToken(world.provider, { sid: second.sid }));
  await deliver(world, await logoutToken(world.provider));
  const left = await index();
  expect(left.every((key) => key.includes('ended:'))).toBe(true);
});
