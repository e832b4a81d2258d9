// Somebody else signs in at a browser that is signed in: nothing of the first person stays, here or at the provider.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld, startLibraryWorld } from '../support/app-world.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { testUser } from '../support/scripted-provider.ts';

let redis: TestRedis;
let world: AppWorld;
beforeAll(async () => {
  redis = await startRedis();
  world = await startAppWorld({ redis });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await redis.stop();
});
beforeEach(async () => {
  world.provider.reset();
  await redis.flush();
});

const grace = { sub: 'user-grace', name: 'Grace Hopper', permissions: [], roles: [] };

describe('AZ-18: Grace signs in where Ada is signed in', () => {
  const change = async () => {
    const browser = world.browser();
    await world.signIn(browser);
    const ada = browser.clone();
    const adasToken = world.provider.memory.refreshTokens.keys().next().value;
    world.provider.user = grace;
    await world.signIn(browser, '/login?return_to=/profile');
    return { browser, ada, adasToken };
  };

  it('AZ-18: gives Grace a session with another id, and nothing of Ada’s in it', async () => {
    const { browser, ada } = await change();
    expect(await world.whoIs(browser)).toBe('user-grace');
    const name = 'latchkey.sid';
    expect(browser.cookies.value(world.url, name)).not.toBe(ada.cookies.value(world.url, name));
    const profile = await browser.get(`${world.url}/profile`);
    expect(profile.body).toContain('Grace Hopper');
    expect(profile.body).not.toContain('Ada');
    expect(profile.body).not.toContain('ada@example.test');
    expect((await browser.get(`${world.url}/protected/permission`)).status).toBe(403);
  });

  it('AZ-18: ends Ada’s session, also for a copy of her cookies, and leaves no keys of it', async () => {
    const { ada } = await change();
    expect(await world.whoIs(ada)).toBe('401');
    expect(await redis.keys('*session*')).toHaveLength(1);
    expect(await redis.keys('*vault*')).toHaveLength(1);
  });

  it('AZ-18: revokes Ada’s tokens at the provider, and not Grace’s', async () => {
    const { adasToken } = await change();
    const revoked = world.provider.calls('revocation').map(({ form }) => form.get('token'));
    expect(adasToken).toBeDefined();
    expect(revoked).toEqual([adasToken]);
  });

  it('AZ-18: does not take Ada’s token cookie with Grace’s session, nor the other way round', async () => {
    const { browser, ada } = await change();
    const token = ada.cookies.value(world.url, 'latchkey.token');
    browser.cookies.set(world.url, `latchkey.token=${token}; Path=/`);
    expect(await world.whoIs(browser)).toBe('401');
  });
});

it('AZ-18: a login of Grace that fails leaves Ada signed in', async () => {
  const browser = world.browser();
  await world.signIn(browser);
  world.provider.user = grace;
  world.provider.bend.userinfo = () => ({ sub: 'somebody else' });
  const end = await world.signIn(browser, '/login');
  expect(end.status).toBe(502);
  expect(await world.whoIs(browser)).toBe('user-ada');
  expect(world.provider.calls('revocation')).toEqual([]);
});

it('AZ-18: Ada who signs in again gets a new id, and her old one is dead', async () => {
  const browser = world.browser();
  await world.signIn(browser);
  const before = browser.clone();
  await world.signIn(browser, '/login');
  expect(await world.whoIs(browser)).toBe(testUser.sub);
  expect(await world.whoIs(before)).toBe('401');
  expect(await redis.keys('*session*')).toHaveLength(1);
});

it('AZ-18: a session id that an attacker planted before the login is not the one after it', async () => {
  await using library = await startLibraryWorld(
    (app, auth) => {
      app.get('/basket', auth.session(), (req, res) => {
        Object.assign(req.session, { basket: ['tea'] });
        res.send('kept');
      });
      app.get('/protected', auth.currentUser(), (_req, res) => void res.send('in'));
    },
    { provider: world.provider, redis },
  );
  const attacker = library.browser();
  await attacker.get(`${library.url}/basket`);
  const planted = attacker.cookies.value(library.url, 'latchkey.sid');
  expect(planted).not.toBeNull();

  const victim = library.browser();
  victim.cookies.set(library.url, `latchkey.sid=${planted}; Path=/`);
  await library.signIn(victim);
  expect(await library.whoIs(victim)).toBe('user-ada');
  expect(victim.cookies.value(library.url, 'latchkey.sid')).not.toBe(planted);
  expect(await library.whoIs(attacker)).toBe('401');
  // Not even with the token in the attacker's hands does the planted session belong to Ada.
  const token = victim.cookies.value(library.url, 'latchkey.token');
  attacker.cookies.set(library.url, `latchkey.token=${token}; Path=/`);
  expect(await library.whoIs(attacker)).toBe('401');
});
