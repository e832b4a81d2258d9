// LO-14: the provider's sign-out page opens ours in a frame: the session that it names ends, without any cookie.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld, startLibraryWorld } from '../support/app-world.ts';
import type { BrowserClient, Visit } from '../support/browser-client.ts';
import { signedInWithSid } from '../support/logout-tokens.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const addressOf = (world: AppWorld, query: Record<string, string>): string =>
  `${world.url}/frontchannel-logout?${new URLSearchParams(query)}`;

/** As a frame on the provider's page: another site, so no cookie of ours comes along. */
const frame = (world: AppWorld, browser: BrowserClient, url: string): Promise<Visit> =>
  browser.embed(url, 'iframe', { from: `${world.provider.origin}/session/end` });

describe.each(['redis', 'memory'])('a front-channel logout, sessions in %s', (kind) => {
  let world: AppWorld;
  beforeAll(async () => {
    world = await startAppWorld(kind === 'redis' ? { redis } : {});
  });
  afterAll(() => world[Symbol.asyncDispose]());
  beforeEach(() => world.provider.reset());

  it('OL-03, LO-14a: ends the session on the server, from a frame that brings no cookie', async () => {
    const phone = await signedInWithSid(world);
    const laptop = await signedInWithSid(world);
    const lines = world.logLines().length;
    const url = addressOf(world, { iss: world.provider.issuer, sid: phone.sid });
    const visit = await frame(world, phone.browser, url);
    expect(visit.requestHeaders.cookie).toBeUndefined();
    expect(visit.status).toBe(200);
    expect(await world.whoIs(phone.browser)).toBe('401');
    expect(await world.whoIs(laptop.browser)).toBe('user-ada');
    const told = world.logLines().slice(lines);
    expect(told.filter(({ msg }) => msg === 'session_ended')).toMatchObject([{ reason: 'front_channel' }]);
    expect(world.provider.calls('revocation')).toEqual([]);
  });

  it('OL-04: opened as a page, with cookies, it clears them too', async () => {
    const ada = await signedInWithSid(world);
    const visit = await ada.browser.get(addressOf(world, { iss: world.provider.issuer, sid: ada.sid }));
    expect(visit.status).toBe(200);
    expect(ada.browser.cookies.names(world.url).filter((name) => /sid|token/.test(name))).toEqual([]);
    expect(await world.whoIs(ada.browser)).toBe('401');
  });

  it('clears nobody else’s cookies', async () => {
    const ada = await signedInWithSid(world);
    const other = await signedInWithSid(world);
    const visit = await other.browser.get(addressOf(world, { iss: world.provider.issuer, sid: ada.sid }));
    expect(visit.setCookies).toEqual([]);
    expect(await world.whoIs(ada.browser)).toBe('401');
    expect(await world.whoIs(other.browser)).toBe('user-ada');
  });

  it.each<[string, (sid: string, iss: string) => [string, string][]]>([
    [
      'LO-14b: another sid',
      (sid, iss) => [
        ['iss', iss],
        ['sid', `${sid}x`],
      ],
    ],
    [
      'LO-14b: another issuer',
      (sid) => [
        ['iss', 'https://evil.example'],
        ['sid', sid],
      ],
    ],
    [
      'LO-14b: the issuer with a slash more',
      (sid, iss) => [
        ['iss', `${iss}/`],
        ['sid', sid],
      ],
    ],
    [
      'LO-14b: the sub in place of the sid',
      (_sid, iss) => [
        ['iss', iss],
        ['sid', 'user-ada'],
      ],
    ],
    ['LO-14c: only the issuer', (_sid, iss) => [['iss', iss]]],
    ['LO-14c: only the sid', (sid) => [['sid', sid]]],
    [
      'LO-14c: an empty sid',
      (_sid, iss) => [
        ['iss', iss],
        ['sid', ''],
      ],
    ],
    [
      'LO-14c: the sid twice',
      (sid, iss) => [
        ['iss', iss],
        ['sid', sid],
        ['sid', sid],
      ],
    ],
    [
      'LO-14c: the issuer twice',
      (sid, iss) => [
        ['iss', iss],
        ['iss', iss],
        ['sid', sid],
      ],
    ],
    [
      'LO-14c: brackets',
      (sid, iss) => [
        ['iss', iss],
        ['sid[]', sid],
      ],
    ],
    ['LO-14d: nothing', () => []],
  ])('%s ends nothing, keeps the cookies, and is answered the same', async (_case, queryOf) => {
    const ada = await signedInWithSid(world);
    const keys = await redis.keys();
    const url = `${world.url}/frontchannel-logout?${new URLSearchParams(queryOf(ada.sid, world.provider.issuer))}`;
    for (const visit of [await frame(world, ada.browser, url), await ada.browser.get(url)]) {
      expect([visit.status, visit.setCookies]).toEqual([200, []]);
      expect(visit.headers['cache-control']).toBe('no-store');
    }
    expect(await world.whoIs(ada.browser)).toBe('user-ada');
    expect(await redis.keys()).toEqual(keys);
  });

  it('LO-14: may be framed by the provider alone, and every other page by nobody', async () => {
    const ada = await signedInWithSid(world);
    const visit = await frame(world, ada.browser, addressOf(world, { iss: world.provider.issuer, sid: 'x' }));
    const policy = String(visit.headers['content-security-policy']);
    expect(policy).toMatch(new RegExp(`frame-ancestors ${world.provider.origin}$`));
    expect(policy).toContain("default-src 'none'");
    expect(visit.headers['x-frame-options']).toBeUndefined();
    expect(visit.headers['x-content-type-options']).toBe('nosniff');
    expect(visit.headers['referrer-policy']).toBe('same-origin');
    expect(visit.body).not.toMatch(/<script|<form|<a /);
    const page = await ada.browser.get(`${world.url}/logout`);
    expect(page.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(page.headers['x-frame-options']).toBe('DENY');
  });

  it.each(['POST', 'HEAD'])('is not for %s', async (method) => {
    const ada = await signedInWithSid(world);
    const url = addressOf(world, { iss: world.provider.issuer, sid: ada.sid });
    const answer = await fetch(url, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET']);
    expect(await world.whoIs(ada.browser)).toBe('user-ada');
  });
});

it('a store that is away is 503, and nothing is pretended', async () => {
  await using own = await startRedis();
  await using world = await startAppWorld({ redis: own });
  const ada = await signedInWithSid(world);
  await own.kill({ keepData: true });
  const visit = await frame(
    world,
    ada.browser,
    addressOf(world, { iss: world.provider.issuer, sid: ada.sid }),
  );
  expect(visit.status).toBe(503);
  expect(visit.setCookies).toEqual([]);
});

it('works the same in an app of a customer, which sends no headers of its own', async () => {
  await using shop = await startLibraryWorld((app, auth) => {
    app.get('/protected', auth.currentUser(), (_req, res) => void res.send('in'));
  });
  const ada = await signedInWithSid(shop);
  const visit = await frame(shop, ada.browser, addressOf(shop, { iss: shop.provider.issuer, sid: ada.sid }));
  expect(visit.headers['content-security-policy']).toContain(`frame-ancestors ${shop.provider.origin}`);
  expect(await shop.whoIs(ada.browser)).toBe('401');
  expect(shop.events).toContainEqual(
    expect.objectContaining({ type: 'session_ended', reason: 'front_channel' }),
  );
});
