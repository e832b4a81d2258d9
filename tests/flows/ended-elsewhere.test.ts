// After a device was ended from another one, its browser is asked who it is, until somebody has signed in there.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import type { BrowserClient } from '../support/browser-client.ts';
import { promptOf, signedInOn, userAgents } from '../support/device-steps.ts';
import { deliver, logoutToken } from '../support/logout-tokens.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { testUser } from '../support/scripted-provider.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

describe.each(['redis', 'embedded'])('a browser whose session was ended, sessions in %s', (kind) => {
  let world: AppWorld;
  let laptop: BrowserClient;
  let phone: BrowserClient;
  let number = 0;
  beforeAll(async () => {
    world = await startAppWorld(kind === 'redis' ? { redis } : { embeddedFile: true });
  });
  afterAll(() => world[Symbol.asyncDispose]());
  beforeEach(async () => {
    world.provider.reset();
    number += 1;
    world.provider.user = { ...testUser, sub: `ada-${number}` };
    laptop = await signedInOn(world, userAgents.laptop);
    phone = await signedInOn(world, userAgents.phone);
  });
  const endPhone = () => laptop.post(`${world.url}/sessions/end-others`);
  const prompt = async (path: string) => promptOf(world, await phone.get(world.url + path));

  it('from another device is asked to sign in anew, at a page and at /login, as often as it tries', async () => {
    await endPhone();
    expect(await prompt('/protected')).toBe('login');
    expect(await prompt('/protected')).toBe('login');
    expect(await prompt('/login')).toBe('login');
    expect(await prompt('/login?return_to=/profile')).toBe('login');
    world.advance(3600);
    expect(await prompt('/protected/scope')).toBe('login');
  });

  it('is asked whatever else the address wishes for', async () => {
    await endPhone();
    expect(await prompt('/login?prompt=none')).toBe('login');
    expect(await prompt('/login?prompt=login')).toBe('login');
    expect(await prompt('/login?prompt=consent')).toBe('login consent');
    expect(await prompt('/login?prompt=select_account')).toBe('login select_account');
  });

  it('is not asked any more once somebody has signed in there', async () => {
    await endPhone();
    expect((await world.signIn(phone)).status).toBe(200);
    expect(await world.whoIs(phone)).toBe(`ada-${number}`);
    expect(await prompt('/login')).toBeNull();
    world.advance(90_000);
    expect(await prompt('/protected')).toBeNull();
  });

  it('is asked after the button of an old page has signed it out once more', async () => {
    await endPhone();
    const from = `${world.url}/protected`;
    expect((await phone.post(`${world.url}/logout`, {}, { from })).location).toBe(`${world.url}/logout`);
    expect(await prompt('/protected')).toBe('login');
  });

  it('is asked where a late callback begins anew', async () => {
    await endPhone();
    const begun = await phone.get(`${world.url}/protected`);
    const callback = await phone.follow(begun);
    for (const name of phone.cookies.names(world.url)) {
      if (name.startsWith('latchkey.tx.')) phone.cookies.delete(world.url, name);
    }
    expect(promptOf(world, await phone.follow(callback))).toBe('login');
  });

  it('here, by its own button, is not asked', async () => {
    await phone.post(`${world.url}/logout`);
    expect(await prompt('/protected')).toBeNull();
    expect(await prompt('/login')).toBeNull();
  });

  it('by time, or by the provider, is not asked', async () => {
    const sub = `ada-${number}`;
    world.advance(2);
    await deliver(world, await logoutToken(world.provider, { sub }));
    expect(await prompt('/protected')).toBeNull();
    world.advance(2);
    await world.signIn(phone);
    world.advance(90_000);
    expect(await prompt('/protected')).toBeNull();
  });

  it('leaves other browsers and other people alone', async () => {
    await endPhone();
    expect(promptOf(world, await laptop.get(`${world.url}/login`))).toBeNull();
    expect(promptOf(world, await world.browser().get(`${world.url}/protected`))).toBeNull();
  });
});

it('costs a login no read without a session cookie, and one with it', async () => {
  await redis.flush();
  await using world = await startAppWorld({ redis });
  const gets = async (browser: BrowserClient, path: string): Promise<number> => {
    await redis.resetCommandCounts();
    promptOf(world, await browser.get(world.url + path));
    return (await redis.commandCounts()).get ?? 0;
  };
  expect(await gets(world.browser(), '/login')).toBe(0);
  expect(await gets(world.browser(), '/protected')).toBe(0);
  const phone = await signedInOn(world, userAgents.phone);
  expect(await gets(phone, '/login')).toBe(1);
  for (const key of await redis.keys('latchkey:session:*')) await redis.send('DEL', key);
  expect(await gets(phone, '/login')).toBe(1);
  // The guard's own look at the session, and that one.
  expect(await gets(phone, '/protected')).toBe(2);
});

it('a store that is away keeps nobody from beginning a login, and asks them who they are', async () => {
  await using world = await startAppWorld({ redis });
  const phone = await signedInOn(world, userAgents.phone);
  await redis.kill({ keepData: true });
  expect(promptOf(world, await phone.get(`${world.url}/login`))).toBe('login');
  expect(promptOf(world, await world.browser().get(`${world.url}/login`))).toBeNull();
  await redis.restart();
});
