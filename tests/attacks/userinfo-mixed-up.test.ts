// Many people at once: nobody is ever shown, or given the rights of, somebody else.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import type { BrowserClient } from '../support/browser-client.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import type { TestUser } from '../support/scripted-provider/types.ts';

interface Me {
  readonly subject: string;
  readonly permissions: readonly string[];
  readonly user: { readonly sub: string; readonly name: string; readonly email: string };
}

/** The person is chosen by login_hint; every second one may read reports. */
const person = (number: string): TestUser => ({
  sub: `user-${number}`,
  name: `Person ${number}`,
  email: `person-${number}@example.test`,
  permissions: Number(number) % 2 === 0 ? ['reports:read'] : [],
});

describe.each(['redis', 'memory'] as const)('UI-09: with sessions in %s', (kind) => {
  let redis: TestRedis | null = null;
  let world: AppWorld;
  beforeAll(async () => {
    redis = kind === 'redis' ? await startRedis() : null;
    world = await startAppWorld(redis === null ? {} : { redis });
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await redis?.stop();
  });
  beforeEach(() => {
    world.provider.reset();
    world.provider.bend.user = (request) => person(request.get('login_hint') ?? '');
    // Answers overtake each other.
    world.provider.bend.userinfo = async () => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 15));
    };
  });

  const signInAs = (browser: BrowserClient, number: number) =>
    world.signIn(browser, `/login?login_hint=${number}&return_to=/profile`);

  it('UI-09: twenty people who sign in at once each get their own page, name and rights', async () => {
    const people = Array.from({ length: 20 }, (_, number) => ({ number, browser: world.browser() }));
    const pages = await Promise.all(people.map(({ browser, number }) => signInAs(browser, number)));
    pages.forEach((page, number) => {
      expect(page.body).toContain(`person-${number}@example.test`);
    });
    const rounds = Array.from({ length: 100 }, (_, round) => people[(round * 7) % 20] ?? people[0]);
    await Promise.all(
      rounds.map(async (one) => {
        const { number, browser } = one ?? { number: -1, browser: world.browser() };
        const { subject, permissions, user } = (await browser.fetchJson(`${world.url}/api/me`)).json<Me>();
        expect(subject).toBe(`user-${number}`);
        expect(user).toMatchObject({ sub: subject, name: `Person ${number}` });
        expect(permissions).toEqual(person(String(number)).permissions);
        const page = await browser.get(`${world.url}/protected/permission`);
        expect(page.status).toBe(number % 2 === 0 ? 200 : 403);
      }),
    );
  });

  it('UI-09: two people who take turns at one browser see their own details only', async () => {
    const browser = world.browser();
    for (let turn = 0; turn < 6; turn += 1) {
      await signInAs(browser, turn % 2);
      const profile = await browser.get(`${world.url}/profile`);
      expect(profile.body).toContain(`person-${turn % 2}@example.test`);
      expect(profile.body).not.toContain(`person-${(turn + 1) % 2}@example.test`);
    }
  });

  it('UI-09: the token of one person with the session of another is nobody', async () => {
    const [one, other] = [world.browser(), world.browser()];
    await Promise.all([signInAs(one, 1), signInAs(other, 2)]);
    const token = other.cookies.value(world.url, 'latchkey.token');
    one.cookies.set(world.url, `latchkey.token=${token}; Path=/`);
    expect(await world.whoIs(one)).toBe('401');
    expect(await world.whoIs(other)).toBe('user-2');
  });
});
