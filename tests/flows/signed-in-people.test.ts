// People as administrators see them: their sessions on every node, ending one or all, and changes that reach each node.
import type { Express, Request } from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Auth, Device } from '../../src/index.ts';
import { startLibraryWorld } from '../support/app-world.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { cookieHeader } from '../support/refresh-world.ts';
import { type RightsWorld, startRightsWorld } from '../support/rights-world.ts';
import { testUser } from '../support/scripted-provider.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
beforeEach(() => redis.flush());
afterAll(() => redis.stop());

/** Two nodes behind one address, with one Redis and one directory. */
const startNodes = async (more: (app: Express, auth: Auth) => void = () => {}) => {
  const a = await startRightsWorld({ redis }, more);
  const { provider, directory } = a;
  const b = await startRightsWorld({ redis, provider, directory, baseUrl: a.url }, more);
  const onB = async (browser: Parameters<RightsWorld['who']>[0], path = '/admin') => {
    const headers = { cookie: cookieHeader(a, browser) };
    return (await b.browser().fetchJson(b.url + path, { headers })).status;
  };
  const close = async () => {
    await b[Symbol.asyncDispose]();
    await a[Symbol.asyncDispose]();
  };
  return { a, b, onB, [Symbol.asyncDispose]: close };
};

describe('with two nodes', () => {
  it('AD-12a: what is changed at one of them counts with the next request at the other', async () => {
    await using nodes = await startNodes();
    const { a, onB } = nodes;
    const browser = await a.signedIn();
    expect(await onB(browser)).toBe(403);
    await a.change({ permissions: ['people:admin'] });
    expect(await onB(browser)).toBe(200);
    await a.change({ permissions: [] });
    expect(await onB(browser)).toBe(403);
  });

  it('a change reaches sessions that are over by the shorter limits of one node, and not by those of the other', async () => {
    await using a = await startRightsWorld({ redis });
    const { provider, directory } = a;
    const short = { redis, provider, directory, baseUrl: a.url, auth: { idleSeconds: 100 } };
    await using b = await startRightsWorld(short);
    directory.set({ permissions: ['people:admin'] });
    const browser = await a.signedIn();
    for (const node of [a, b]) node.advance(200);
    expect(await b.auth.people.sessions(a.person())).toEqual([]);
    await b.change({ permissions: [] });
    expect((await a.who(browser, '/admin')).status).toBe(403);
  });

  it.each([
    ['LO-15a: disabled', { disabled: true }],
    ['LO-15b: deleted', null],
  ] as const)(
    '%s at one of them, somebody is out at the next request at the other',
    async (_what, change) => {
      await using nodes = await startNodes();
      const browser = await nodes.a.signedIn();
      expect(await nodes.onB(browser, '/rights')).toBe(200);
      await nodes.a.change(change);
      expect(await nodes.onB(browser, '/rights')).toBe(401);
      expect(nodes.a.provider.calls('revocation')).toHaveLength(1);
    },
  );
});

describe('the sessions of a person', () => {
  const whose = ({ auth }: Request) => ({ issuer: auth?.issuer ?? '', subject: auth?.subject ?? '' });
  const ownPages = (app: Express, auth: Auth): void => {
    app.get('/mine', auth.currentUser(), async (req, res) => {
      res.json(await auth.people.sessions(whose(req), req));
    });
    app.post('/mine/end-others', auth.currentUser(), async (req, res) => {
      res.json({ ended: await auth.people.endAll(whose(req), { except: req }) });
    });
  };
  const open = async () => {
    const world = await startRightsWorld({ redis }, ownPages);
    return { world, people: world.auth.people, person: world.person() };
  };

  it('are those of this person alone, with what their devices show', async () => {
    const { world, people, person } = await open();
    await using _world = world;
    await world.signedIn();
    world.advance(10);
    await world.signedIn();
    world.provider.user = { ...testUser, sub: 'user-ben' };
    await world.signedIn();
    const sessions = await people.sessions(person);
    expect(sessions).toHaveLength(2);
    expect(sessions[0]?.startedAt).toBeGreaterThan(sessions[1]?.startedAt ?? 0);
    expect(sessions[0]).toMatchObject({
      current: false,
      id: expect.any(String),
      userAgent: expect.any(String),
    });
    expect(await people.sessions(world.person('nobody'))).toEqual([]);
  });

  it('end one by one, by the id of that person’s session and of nobody else’s', async () => {
    const { world, people, person } = await open();
    await using _world = world;
    const [first, second] = [await world.signedIn(), await world.signedIn()];
    const [target] = await people.sessions(person);
    const id = target?.id ?? '';
    await expect(people.endSession(world.person('user-ben'), id)).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(people.endSession(person, 'no such id')).rejects.toMatchObject({ code: 'not_found' });
    await people.endSession(person, id);
    expect(await people.sessions(person)).toHaveLength(1);
    const statuses = [await world.rights(first), await world.rights(second)];
    expect(statuses.filter((status) => status === 401)).toHaveLength(1);
    expect(world.ended()).toEqual(['user-ada ended_elsewhere']);
    expect(world.provider.calls('revocation')).toHaveLength(1);
  });

  it('LO-15c: all end at the next request, and their tokens are revoked', async () => {
    const { world, people, person } = await open();
    await using _world = world;
    const browsers = [await world.signedIn(), await world.signedIn(), await world.signedIn()];
    expect(await people.endAll(person)).toBe(3);
    for (const browser of browsers) expect(await world.rights(browser)).toBe(401);
    expect(world.provider.calls('revocation')).toHaveLength(3);
    expect(await people.endAll(person)).toBe(0);
    // Nothing was changed about the person: they may sign in again.
    expect((await world.signIn(world.browser(), '/page')).status).toBe(200);
  });

  it('all end but the one that asks, which the list marks', async () => {
    await using world = (await open()).world;
    const other = await world.signedIn();
    const own = await world.signedIn();
    const listed = (await own.fetchJson(`${world.url}/mine`)).json<Device[]>();
    expect(listed.map(({ current }) => current)).toEqual([true, false]);
    expect((await own.post(`${world.url}/mine/end-others`)).json()).toEqual({ ended: 1 });
    expect(await world.rights(other)).toBe(401);
    expect(await world.rights(own)).toEqual({ permissions: ['reports:read'], roles: ['analyst'] });
  });

  it('that cannot be reached are an outage, and saying so again once they can be is enough', async () => {
    const { world } = await open();
    await using _world = world;
    const browser = await world.signedIn();
    world.directory.broken = true;
    await expect(world.change({ disabled: true })).rejects.toMatchObject({ code: 'store_unavailable' });
    world.directory.broken = false;
    expect((await world.who(browser)).status).toBe(200);
    await world.auth.people.changed(world.person());
    expect((await world.who(browser)).status).toBe(401);
  });

  it('can be listed and ended without a directory, and a change says that there is none', async () => {
    await using world = await startLibraryWorld(() => {});
    const person = { issuer: world.provider.issuer, subject: testUser.sub };
    const browser = world.browser();
    await world.signIn(browser, '/api/me');
    await expect(world.auth.people.changed(person)).rejects.toMatchObject({ code: 'configuration_invalid' });
    expect(await world.auth.people.sessions(person)).toHaveLength(1);
    expect(await world.auth.people.endAll(person)).toBe(1);
    expect(await world.whoIs(browser)).toBe('401');
  });
});
