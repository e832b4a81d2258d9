// The examples for those who come from express-openid-connect: signing out, and sessions in Redis.
import type { Express } from 'express';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../examples/coming-from/express-openid-connect/logout.ts';
import { createSite } from '../../examples/coming-from/express-openid-connect/session-store.ts';
import { signedIn, testUsers } from '../../src/testing.ts';
import { ask, type ExampleKit, startExampleKit } from '../support/example-kit.ts';
import { startRedis } from '../support/redis.ts';

const { ada, bob } = testUsers;
let kit: ExampleKit;
let app: Express;

beforeAll(async () => {
  kit = await startExampleKit();
  app = kit.app(createApp);
});
afterEach(() => kit.provider.reset());
afterAll(() => kit.close());

describe('signing out', () => {
  it('ends the session here and at the provider, and revokes the tokens', async () => {
    await using session = await signedIn(app, ada);
    const cookie = session.cookieHeader;
    await session.signOut();
    expect(kit.provider.calls('end_session')).toHaveLength(1);
    expect(kit.provider.calls('revocation').length).toBeGreaterThan(0);
    expect((await ask(app, '/', { cookie })).status, 'cookies that somebody kept').toBe(401);
  });

  it('cannot be done to somebody by a link or a form of another site', async () => {
    await using session = await signedIn(app, ada);
    const cookie = session.cookieHeader;
    expect(await (await session.open('/logout')).text()).toContain('<form method="post"');
    const forged = await ask(app, '/logout', { cookie, 'sec-fetch-site': 'cross-site' }, 'post');
    expect(forged.status).toBe(403);
    expect((await session.fetch('/')).status).toBe(200);
  });

  it('at the provider ends all sessions of that person here, and nobody else is touched', async () => {
    await using laptop = await signedIn(app, ada);
    await using phone = await signedIn(app, ada);
    await using other = await signedIn(app, bob);
    kit.pass(2);
    const told = await kit.provider.sendBackChannelLogout({
      to: laptop.url('/backchannel-logout'),
      sub: ada.sub,
    });
    expect(told.status).toBe(200);
    kit.pass(2);
    const answers = await Promise.all([laptop, phone, other].map((session) => session.fetch('/')));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 200]);
  });

  it('at the provider ends one session where it names that', async () => {
    await using laptop = await signedIn(app, ada);
    await using phone = await signedIn(app, ada);
    const [{ sid } = { sid: '' }] = kit.provider.logins();
    await kit.provider.sendBackChannelLogout({ to: laptop.url('/backchannel-logout'), sid });
    const answers = await Promise.all([laptop, phone].map((session) => session.fetch('/')));
    expect(answers.map(({ status }) => status)).toEqual([401, 200]);
  });
});

describe('sessions in Redis', () => {
  it('are known to every node, hold no token in the clear, and outlive an outage of Redis', async () => {
    await using redis = await startRedis();
    const options = kit.options();
    const [one, two] = [1, 2].map(() => kit.keep(createSite(options, redis.url)).app);
    await using session = await signedIn(one as Express, ada);
    const { cookieHeader: cookie } = session;
    expect((await ask(two as Express, '/', { cookie })).text).toBe(`hello ${ada.sub}`);

    await redis.kill({ keepData: true });
    const away = await ask(two as Express, '/', { cookie });
    expect([away.status, away.headers['retry-after'] === undefined]).toEqual([503, false]);
    await redis.restart();
    await expect.poll(async () => (await ask(two as Express, '/', { cookie })).status).toBe(200);
  });
});
