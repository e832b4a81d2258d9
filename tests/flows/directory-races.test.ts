// Changes of a person that meet something under way: a refresh, a fetch of userinfo, another change, a logout.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { memorySessions } from '../../src/embedded.ts';
import type { AuthOptions } from '../../src/index.ts';
import { createGate } from '../support/claims-world.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { recordIn, tokenLife } from '../support/refresh-world.ts';
import { startRightsWorld } from '../support/rights-world.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
beforeEach(() => redis.flush());
afterAll(() => redis.stop());

/** Sessions in memory, where a renewal of a record waits at a gate. */
const gatedSessions = (gate: ReturnType<typeof createGate>): AuthOptions['sessions'] => {
  return (lifetimes) => {
    const stores = memorySessions()(lifetimes);
    const renew: typeof stores.records.renew = async (id, renewal) => {
      await gate.pass();
      return stores.records.renew(id, renewal);
    };
    return { ...stores, records: { ...stores.records, renew } };
  };
};

describe.each(['embedded file', 'redis'])('sessions in %s', (kind) => {
  const open = (auth: Partial<AuthOptions> = {}) =>
    startRightsWorld({ ...(kind === 'redis' ? { redis } : { embeddedFile: true }), auth });

  it('a change while a token is renewed is in the renewed session, and the new token as well', async () => {
    await using world = await open();
    const browser = await world.signedIn('due');
    const gate = createGate();
    world.provider.bend.tokenResponse = gate.pass;
    const slow = world.who(browser);
    await gate.arrived;
    await world.change({ permissions: ['people:admin'] });
    // The safety net of a refresh is not what brings it.
    world.directory.broken = true;
    gate.open();
    const renewed = await slow;
    expect(renewed.permissions).toEqual(['reports:read', 'people:admin']);
    delete world.provider.bend.tokenResponse;
    world.advance(61);
    const later = await world.who(browser);
    expect([later.permissions, later.token]).toEqual([renewed.permissions, renewed.token]);
    expect(world.refreshes()).toHaveLength(1);
    expect(world.ended()).toEqual([]);
  });

  it('a right that is taken while a token is renewed is not brought back by it', async () => {
    await using world = await open();
    world.directory.set({ permissions: ['people:admin'] });
    const browser = await world.signedIn('due');
    const gate = createGate();
    world.provider.bend.tokenResponse = gate.pass;
    const slow = world.who(browser, '/admin');
    await gate.arrived;
    await world.change({ permissions: [] });
    world.directory.broken = true;
    gate.open();
    expect((await slow).status).toBe(403);
    expect((await world.who(browser, '/admin')).status).toBe(403);
  });

  it('a change while userinfo is fetched is kept, and so is what was fetched', async () => {
    await using world = await open({ authorizationFrom: ['userinfo'] });
    const browser = await world.signedIn();
    const gate = createGate();
    world.provider.bend.userinfo = async (claims) => {
      await gate.pass();
      return { ...claims, permissions: ['other'] };
    };
    const slow = world.who(browser.clone(), '/anew');
    await gate.arrived;
    await world.change({ permissions: ['people:admin'] });
    world.directory.broken = true;
    gate.open();
    expect((await slow).permissions).toEqual(['other', 'people:admin']);
    expect((await world.who(browser)).permissions).toEqual(['other', 'people:admin']);
  });

  it('of two changes at once the later one stays, whichever is written last', async () => {
    await using world = await open();
    const browser = await world.signedIn();
    const gate = createGate();
    let held = false;
    world.directory.after = async (what) => {
      if (what !== 'rightsOf' || held) return;
      held = true;
      await gate.pass();
    };
    const first = world.change({ permissions: ['people:admin'] });
    await gate.arrived;
    await world.change({ permissions: ['later'] });
    expect((await world.who(browser)).permissions).toEqual(['reports:read', 'later']);
    gate.open();
    await first;
    expect((await world.who(browser)).permissions).toEqual(['reports:read', 'later']);
  });
});

describe('a session that ends while a change is written into it', () => {
  it('stays ended', async () => {
    const gate = createGate();
    await using world = await startRightsWorld({ auth: { sessions: gatedSessions(gate) } });
    const browser = await world.signedIn();
    const cookie = browser.cookies.header(world.url, 'strict') ?? '';
    const change = world.change({ permissions: ['people:admin'] });
    await gate.arrived;
    expect((await browser.post(`${world.url}/logout`)).status).toBe(303);
    gate.open();
    await change;
    const late = await world.browser().fetchJson(`${world.url}/api/who`, { headers: { cookie } });
    expect(late.status).toBe(401);
    expect(await world.auth.people.sessions(world.person())).toEqual([]);
    expect(world.ended()).toEqual(['user-ada logout']);
  });
});

describe('a session', () => {
  it('whose tokens are lost, so that nothing can be written into it, ends with a change', async () => {
    await using world = await startRightsWorld({ redis });
    world.directory.set({ permissions: ['people:admin'] });
    const browser = await world.signedIn();
    for (const key of await redis.keys('latchkey:vault:*')) await redis.send('DEL', key);
    expect((await world.who(browser, '/rights')).status).toBe(200);
    await world.change({ permissions: [] });
    expect((await world.who(browser, '/rights')).status).toBe(401);
    expect(world.ended()).toEqual(['user-ada rights_unknown']);
  });

  it('of a version before, without local rights, takes them over', async () => {
    await using world = await startRightsWorld({ redis });
    const browser = await world.signedIn();
    const [key = ''] = await redis.keys('latchkey:session:*');
    const text = String(await redis.send('GET', key));
    const { local: _, ...old } = await recordIn(redis);
    const part = JSON.stringify(old);
    const rest = Buffer.from(text).toString('utf8', 19 + Number(text.slice(13, 19)));
    const length = String(Buffer.byteLength(part)).padStart(6, '0');
    await redis.send('SET', key, text.slice(0, 13) + length + part + rest, 'KEEPTTL');
    expect((await world.who(browser)).permissions).toEqual(['reports:read']);
    await world.change({ permissions: ['people:admin'] });
    expect((await world.who(browser, '/admin')).status).toBe(200);
  });

  it('that waits for its new token when its person is changed does not fetch userinfo for that once more', async () => {
    await using world = await startRightsWorld({ redis, auth: { userinfoSeconds: 86_400 } });
    const browser = await world.signedIn('due');
    const gate = createGate();
    world.provider.bend.tokenResponse = gate.pass;
    const slow = world.who(browser);
    await gate.arrived;
    await world.change({ permissions: ['people:admin'] });
    world.provider.forgetCalls();
    gate.open();
    await slow;
    expect((await world.who(browser)).status).toBe(200);
    expect(world.provider.calls('userinfo')).toHaveLength(1);
    expect((await recordIn(redis)).userAt).toBeGreaterThan(world.now() - tokenLife.due * 1000);
  });
});
