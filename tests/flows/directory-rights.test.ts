// What the directory says about people while they are signed in: it is added, it counts at the next click, it ends sessions.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isRedirect } from '../support/browser-client.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { recordIn, tokenLife } from '../support/refresh-world.ts';
import { nothing, startRightsWorld } from '../support/rights-world.ts';
import { testUser } from '../support/scripted-provider.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
beforeEach(() => redis.flush());
afterAll(() => redis.stop());

const both = (permissions: readonly string[], roles: readonly string[]) => ({ permissions, roles });
const given = both(['reports:read'], ['analyst']);

describe.each(['memory', 'embedded file', 'redis'])('sessions in %s', (kind) => {
  const open = () =>
    startRightsWorld(kind === 'redis' ? { redis } : { embeddedFile: kind === 'embedded file' });

  it('AD-14a: a first login makes the person known, with no rights but those of the provider', async () => {
    await using world = await open();
    const browser = await world.signedIn();
    expect(await world.rights(browser)).toEqual(given);
    expect(world.directory.people.get(testUser.sub)).toEqual(nothing);
    expect(world.directory.asked[0]).toBe(`signedIn ${world.provider.issuer} ${testUser.sub}`);
    expect(world.directory.claims[0]).toMatchObject({ name: testUser.name, email: testUser.email });
    expect(world.directory.claims[0]).not.toHaveProperty('permissions');
  });

  it('what the directory gives is added to what the provider gives, each name once', async () => {
    await using world = await open();
    world.directory.set(both(['people:admin', 'reports:read'], ['boss']));
    const browser = await world.signedIn();
    expect(await world.rights(browser)).toEqual(both(['reports:read', 'people:admin'], ['analyst', 'boss']));
  });

  it('AD-12a: a right that is given lets the next click in, and one that is taken refuses it, in every browser', async () => {
    await using world = await open();
    const [laptop, phone] = [await world.signedIn(), await world.signedIn()];
    const admin = async () => [
      (await world.who(laptop, '/admin')).status,
      (await world.who(phone, '/admin')).status,
    ];
    expect(await admin()).toEqual([403, 403]);
    await world.change({ permissions: ['people:admin'] });
    expect(await admin()).toEqual([200, 200]);
    await world.change({ permissions: [] });
    expect(await admin()).toEqual([403, 403]);
    expect(world.ended()).toEqual([]);
  });

  it('LO-15a: a disabled person is out at the next request, and stays out until they are let in again', async () => {
    await using world = await open();
    const [laptop, phone] = [await world.signedIn(), await world.signedIn()];
    await world.change({ disabled: true });
    expect([await world.rights(laptop), await world.rights(phone)]).toEqual([401, 401]);
    expect(world.ended()).toEqual(Array(2).fill('user-ada account_disabled'));
    expect(world.provider.calls('revocation')).toHaveLength(2);
    if (kind === 'redis') expect(await redis.keys('latchkey:[sv][ea]*')).toEqual([]);

    const refused = await world.signIn(laptop, '/page');
    expect(refused.status).toBe(403);
    expect(refused.body).toContain('Your account is disabled');
    expect(await world.rights(laptop)).toBe(401);
    expect(world.events).toContainEqual(
      expect.objectContaining({ type: 'login_failed', code: 'account_disabled' }),
    );
    expect(world.events.filter(({ type }) => type === 'login_succeeded')).toHaveLength(2);
    expect(world.provider.calls('revocation')).toHaveLength(3);
    expect(world.ended()).toHaveLength(2);

    await world.change({ disabled: false });
    expect((await world.signIn(laptop, '/page')).status).toBe(200);
  });

  it('LO-15b, AD-14b: a deleted person is out at the next request, and comes back as somebody new', async () => {
    await using world = await open();
    world.directory.set({ permissions: ['people:admin'] });
    const browser = await world.signedIn();
    expect((await world.who(browser, '/admin')).status).toBe(200);
    await world.change(null);
    expect(await world.rights(browser)).toBe(401);
    expect(world.ended()).toEqual(['user-ada account_removed']);
    expect(world.provider.calls('revocation')).toHaveLength(1);
    expect((await world.signIn(browser, '/page')).status).toBe(200);
    expect(await world.rights(browser)).toEqual(given);
  });

  it('a renewed token keeps the local rights and takes the provider’s part anew', async () => {
    await using world = await open();
    world.directory.set(both(['people:admin'], ['boss']));
    const browser = await world.signedIn('due');
    world.provider.bend.idTokenClaims = (claims) => ({ ...claims, permissions: ['other'], roles: [] });
    expect(await world.rights(browser)).toEqual(both(['other', 'people:admin'], ['boss']));
    expect(world.refreshes()).toHaveLength(1);
  });
});

describe('a renewed token', () => {
  it.each([
    ['a token', '/rights', tokenLife.due],
    ['userinfo', '/anew', 0],
  ])(
    '%s that is renewed asks the directory again, whoever forgot to say that something changed',
    async (_what, path, seconds) => {
      await using world = await startRightsWorld({ redis });
      const browser = await world.signedIn();
      world.directory.set({ permissions: ['people:admin'] });
      world.advance(seconds);
      expect((await world.who(browser, path)).permissions).toContain('people:admin');
      expect((await world.who(browser, '/admin')).status).toBe(200);
      expect((await recordIn(redis)).permissions).toEqual(['reports:read']);
    },
  );

  it.each([
    ['/rights', tokenLife.due],
    ['/anew', 0],
  ])('ends the session of somebody who was disabled meanwhile (%s)', async (path, seconds) => {
    await using world = await startRightsWorld();
    const browser = await world.signedIn();
    world.directory.set({ disabled: true });
    world.advance(seconds);
    expect((await world.who(browser, path)).status).toBe(401);
    expect(world.ended()).toEqual(['user-ada account_disabled']);
    expect(world.provider.calls('revocation')).toHaveLength(1);
  });

  it('keeps what was there while the directory is away', async () => {
    await using world = await startRightsWorld();
    world.directory.set({ permissions: ['people:admin'] });
    const browser = await world.signedIn('due');
    world.directory.broken = true;
    expect((await world.who(browser, '/admin')).status).toBe(200);
    expect(world.refreshes()).toHaveLength(1);
    expect(world.events).toContainEqual(expect.objectContaining({ type: 'store_failed' }));
    expect(world.ended()).toEqual([]);
  });
});

describe('the directory', () => {
  it('is told of its own accounts by its own name, and knows them by both', async () => {
    await using world = await startRightsWorld({ auth: { directoryIssuer: 'local' } });
    const browser = await world.signedIn();
    expect(new Set(world.directory.asked.map((line) => line.split(' ')[1]))).toEqual(new Set(['local']));
    const admin = async (permissions: string[], issuer: string) => {
      world.directory.set({ permissions });
      await world.auth.people.changed({ issuer, subject: testUser.sub });
      return (await world.who(browser, '/admin')).status;
    };
    expect(await admin(['people:admin'], 'local')).toBe(200);
    expect(await admin([], world.provider.issuer)).toBe(403);
    expect(await world.auth.people.sessions({ issuer: 'local', subject: testUser.sub })).toHaveLength(1);
  });

  it('is not asked by page views, which cost what they did: one read and no write', async () => {
    await using world = await startRightsWorld({ redis });
    world.directory.set({ permissions: ['people:admin'] });
    const browser = await world.signedIn();
    world.directory.asked.length = 0;
    await redis.resetCommandCounts();
    for (const path of ['/page', '/admin', '/rights', '/optional']) {
      const visit = await browser.get(world.url + path);
      expect([visit.status, isRedirect(visit)]).toEqual([200, false]);
    }
    expect(await redis.commandCounts()).toEqual({ get: 4 });
    expect(world.directory.asked).toEqual([]);
  });
});
