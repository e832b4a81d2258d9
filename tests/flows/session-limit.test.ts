// A limit of sessions per person: the oldest end, the newest stays, also when several logins finish at once.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { type BrowserClient, createBrowserClient } from '../support/browser-client.ts';
import { listedDevices, openDevices, promptOf, signedInOn, userAgents } from '../support/device-steps.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { testUser } from '../support/scripted-provider.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

describe.each(['redis', 'embedded', 'memory'])('with a limit of two sessions, kept in %s', (kind) => {
  let world: AppWorld;
  let number = 0;
  beforeAll(async () => {
    const where = kind === 'redis' ? { redis } : { embeddedFile: kind === 'embedded' };
    world = await startAppWorld({ ...where, auth: { sessionLimit: 2 } });
  });
  afterAll(() => world[Symbol.asyncDispose]());
  beforeEach(() => {
    world.provider.reset();
    number += 1;
    world.provider.user = { ...testUser, sub: `ada-${number}` };
  });
  const signedIn = () => signedInOn(world, userAgents.phone);
  const living = async (browsers: readonly BrowserClient[]): Promise<BrowserClient[]> => {
    const alive: BrowserClient[] = [];
    for (const browser of browsers) if ((await world.whoIs(browser)) !== '401') alive.push(browser);
    return alive;
  };

  it('the third login ends the oldest, which has to sign in anew; its tokens are taken back', async () => {
    const [first, second] = [await signedIn(), await signedIn()];
    world.provider.forgetCalls();
    const from = world.logLines().length;
    const third = await signedIn();
    expect(await living([first, second, third])).toEqual([second, third]);
    expect(world.provider.calls('revocation')).toHaveLength(1);
    const ended = world
      .logLines()
      .slice(from)
      .filter(({ msg }) => msg === 'session_ended');
    expect(ended).toMatchObject([{ reason: 'session_limit', subject: `ada-${number}` }]);
    expect(promptOf(world, await first.get(`${world.url}/protected`))).toBe('login');
    expect(listedDevices(await openDevices(world, third))).toHaveLength(2);
  });

  it('signing in again on the same browser takes no other’s place', async () => {
    const [first, second] = [await signedIn(), await signedIn()];
    await second.followAll(await second.get(`${world.url}/login?return_to=/protected`));
    expect(await living([first, second])).toEqual([first, second]);
  });

  it('a session that was signed out makes room', async () => {
    const [first, second] = [await signedIn(), await signedIn()];
    await second.post(`${world.url}/logout`);
    const third = await signedIn();
    expect(await living([first, third])).toEqual([first, third]);
  });

  it('sessions that have run out take no place, whether the store has forgotten them or not', async () => {
    await signedIn();
    await signedIn();
    world.advance(90_000);
    const from = world.logLines().length;
    const [third, fourth] = [await signedIn(), await signedIn()];
    expect(await living([third, fourth])).toEqual([third, fourth]);
    expect(listedDevices(await openDevices(world, third))).toHaveLength(2);
    expect(
      world
        .logLines()
        .slice(from)
        .filter(({ msg }) => msg === 'session_ended'),
    ).toEqual([]);
  });

  it('each person has a limit of their own', async () => {
    const adas = [await signedIn(), await signedIn()];
    world.provider.user = { ...testUser, sub: `ben-${number}` };
    const bens = [await signedIn(), await signedIn(), await signedIn()];
    expect(await living(adas)).toEqual(adas);
    expect(await living(bens)).toEqual(bens.slice(1));
  });

  it('logins that finish at the same moment leave two, and a later one always stays', async () => {
    const before = [await signedIn(), await signedIn()];
    const racing = Array.from({ length: 8 }, () => createBrowserClient());
    const callbacks = await Promise.all(
      racing.map(async (browser) => browser.follow(await browser.get(`${world.url}/protected`))),
    );
    const answers = await Promise.all(
      racing.map((browser, index) => browser.get(callbacks[index]?.location ?? '')),
    );
    expect(answers.map(({ status }) => status)).toEqual(racing.map(() => 303));
    const alive = await living([...before, ...racing]);
    expect(alive).toHaveLength(2);
    expect(before.some((browser) => alive.includes(browser))).toBe(false);
    const last = await signedIn();
    expect(await living([last, ...alive])).toHaveLength(2);
    expect(await world.whoIs(last)).toBe(`ada-${number}`);
  });

  it('the newest stays although the clock was set back', async () => {
    const [first, second] = [await signedIn(), await signedIn()];
    world.advance(-60);
    const third = await signedIn();
    expect(await living([first, second, third])).toEqual([second, third]);
    const fourth = await signedIn();
    expect(await living([second, third, fourth])).toEqual([third, fourth]);
    world.advance(60);
  });

  it('a provider that does not take tokens back keeps nobody from signing in', async () => {
    await signedIn();
    const second = await signedIn();
    world.provider.bend.raw.revocation = (_request, response) => void response.writeHead(500).end();
    const third = await signedIn();
    expect(await living([second, third])).toHaveLength(2);
  });
});

it('two nodes on one Redis keep a limit of one between them', async () => {
  await redis.flush();
  await using one = await startAppWorld({ redis, auth: { sessionLimit: 1 } });
  await using two = await startAppWorld({ redis, provider: one.provider, auth: { sessionLimit: 1 } });
  for (let round = 0; round < 5; round += 1) {
    const racing = Array.from({ length: 6 }, (_, index) => ({
      browser: createBrowserClient(),
      world: index % 2 === 0 ? one : two,
    }));
    const ready = await Promise.all(
      racing.map(async ({ browser, world }) => ({
        browser,
        callback: await browser.follow(await browser.get(`${world.url}/protected`)),
      })),
    );
    await Promise.all(ready.map(({ browser, callback }) => browser.get(callback.location ?? '')));
    expect(await redis.keys('latchkey:session:*')).toHaveLength(1);
    expect(await redis.keys('latchkey:vault:*')).toHaveLength(1);
  }
});

it('without a limit a login costs the store nothing for it, and nobody is ended', async () => {
  await redis.flush();
  await using world = await startAppWorld({ redis });
  const browsers = [];
  for (let count = 0; count < 5; count += 1) browsers.push(await signedInOn(world, userAgents.phone));
  for (const browser of browsers) expect(await world.whoIs(browser)).toBe('user-ada');
  await redis.resetCommandCounts();
  await signedInOn(world, userAgents.phone);
  // Two looks for a logout that came meanwhile, and none at the list of sessions.
  expect((await redis.commandCounts()).zrange).toBe(2);
});
