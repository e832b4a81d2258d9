// Somebody who was disabled or deleted and tries to stay: by a login under way, a refresh, a token, a directory that fails.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LatchkeyError } from '../../src/index.ts';
import { createGate } from '../support/claims-world.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { cookieHeader } from '../support/refresh-world.ts';
import { type RightsWorld, startRightsWorld } from '../support/rights-world.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
beforeEach(() => redis.flush());
afterAll(() => redis.stop());

const sessionKeys = () => redis.keys('latchkey:[sv][ea]*');
const codes = (world: RightsWorld) =>
  world.events.flatMap((event) => (event.type === 'login_failed' ? event.code : []));

/** Holds the answer to the `nth` question of this kind until it is let go. */
const hold = (world: RightsWorld, what: 'signedIn' | 'rightsOf') => {
  const gate = createGate();
  world.directory.after = async (asked, nth) => {
    if (asked === what && nth === 1) await gate.pass();
  };
  return gate;
};

describe('a login that is being finished', () => {
  it('LO-15a: of somebody who is disabled after the directory said yes ends in no session', async () => {
    await using world = await startRightsWorld({ redis });
    const gate = hold(world, 'signedIn');
    const browser = world.browser();
    const login = world.signIn(browser, '/page');
    await gate.arrived;
    await world.change({ disabled: true });
    gate.open();
    expect((await login).status).toBe(403);
    expect(await world.rights(browser)).toBe(401);
    expect(await sessionKeys()).toEqual([]);
    expect(codes(world)).toEqual(['account_disabled']);
    expect(world.provider.calls('revocation')).toHaveLength(1);
    expect(browser.cookies.header(world.url, 'strict') ?? '').not.toContain('latchkey.token');
  });

  it('LO-15a: of somebody who is disabled while it looks for the last time ends with the first click', async () => {
    await using world = await startRightsWorld({ redis });
    const gate = hold(world, 'rightsOf');
    const browser = world.browser();
    const login = world.signIn(browser, '/rights');
    await gate.arrived;
    await world.change({ disabled: true });
    gate.open();
    expect((await login).status).toBe(403);
    expect(await world.rights(browser)).toBe(401);
    expect(await sessionKeys()).toEqual([]);
    expect(world.ended()).toEqual(['user-ada account_disabled']);
  });

  it('LO-15b: of somebody who is deleted in the middle ends, and the next one is that of a new person', async () => {
    await using world = await startRightsWorld({ redis });
    world.directory.set({ permissions: ['people:admin'] });
    const gate = hold(world, 'signedIn');
    const browser = world.browser();
    const login = world.signIn(browser, '/page');
    await gate.arrived;
    await world.change(null);
    gate.open();
    expect((await login).status).toBe(400);
    expect(codes(world)).toEqual(['login_expired']);
    expect(await sessionKeys()).toEqual([]);
    expect((await world.signIn(browser, '/page')).status).toBe(200);
    expect((await world.who(browser, '/admin')).status).toBe(403);
  });

  it('AD-12a: of an administrator who loses that in the middle has the rights that are left', async () => {
    await using world = await startRightsWorld({ redis });
    world.directory.set({ permissions: ['people:admin'] });
    const gate = hold(world, 'signedIn');
    const browser = world.browser();
    const login = world.signIn(browser, '/page');
    await gate.arrived;
    await world.change({ permissions: [] });
    gate.open();
    expect((await login).status).toBe(200);
    expect((await world.who(browser, '/admin')).status).toBe(403);
  });

  it('AD-12a: of somebody who is changed twice in the middle has the rights of the last change', async () => {
    await using world = await startRightsWorld({ redis });
    const gate = createGate();
    world.directory.after = async (asked, nth) => {
      // Changed where nobody has said so yet: the login is about to write what it has found.
      if (asked === 'signedIn') world.directory.set({ permissions: ['people:admin'] });
      if (asked === 'rightsOf' && nth === 1) await gate.pass();
    };
    const browser = world.browser();
    const login = world.signIn(browser, '/page');
    await gate.arrived;
    await world.change({ permissions: [] });
    gate.open();
    expect((await login).status).toBe(200);
    expect((await world.who(browser, '/admin')).status).toBe(403);
  });

  it.each(['signedIn', 'rightsOf'])('ends in no session where the directory fails at %s', async (where) => {
    await using world = await startRightsWorld({ redis });
    world.directory.before = (what) => {
      world.directory.broken = what === where;
    };
    const browser = world.browser();
    const refused = await world.signIn(browser, '/page');
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, expect.any(String)]);
    expect(codes(world)).toEqual(['store_unavailable']);
    world.directory.before = () => {};
    expect(await world.rights(browser)).toBe(401);
    expect(await sessionKeys()).toEqual([]);
  });

  it('LO-15b: of an account that is removed while the directory notes it is refused, and its tokens are revoked', async () => {
    await using world = await startRightsWorld({ redis });
    world.directory.signedIn = async () => {
      throw new LatchkeyError('account_disabled', { detail: 'no such account' });
    };
    expect((await world.signIn(world.browser(), '/page')).status).toBe(403);
    expect(codes(world)).toEqual(['account_disabled']);
    expect(world.provider.calls('revocation')).toHaveLength(1);
    expect(await sessionKeys()).toEqual([]);
  });

  it('is 503 where the directory throws whatever a database throws', async () => {
    await using world = await startRightsWorld({ redis });
    world.directory.signedIn = async () => {
      throw new Error('connect ECONNREFUSED');
    };
    expect((await world.signIn(world.browser(), '/page')).status).toBe(503);
    expect(await sessionKeys()).toEqual([]);
  });

  it('ends in no session where the directory answers with nothing that can be used', async () => {
    await using world = await startRightsWorld({ redis });
    world.directory.signedIn = async () => undefined as never;
    expect((await world.signIn(world.browser(), '/page')).status).toBeGreaterThanOrEqual(500);
    expect(await sessionKeys()).toEqual([]);
  });
});

describe('a silent sign-in', () => {
  it('LO-15a: of somebody who is disabled shows them the page as to anybody, and no session begins', async () => {
    await using world = await startRightsWorld({ redis }, (app, auth) => {
      app.get('/quiet', auth.currentUser({ optional: true, silent: true }), (req, res) => {
        res.send(req.auth?.subject ?? 'nobody');
      });
    });
    world.directory.set({ disabled: true });
    const browser = world.browser();
    const page = await world.signIn(browser, '/quiet');
    expect([page.status, page.body]).toEqual([200, 'nobody']);
    expect(await sessionKeys()).toEqual([]);
    expect(world.events).toContainEqual(
      expect.objectContaining({ type: 'silent_login_failed', code: 'account_disabled' }),
    );
  });
});

describe('a live session', () => {
  it.each(['due', 'dead'] as const)(
    'LO-15a: of somebody who is disabled while a %s token is renewed stays ended, and the new tokens are revoked',
    async (until) => {
      await using world = await startRightsWorld({ redis });
      const browser = await world.signedIn(until);
      const cookie = cookieHeader(world, browser);
      const gate = createGate();
      const given: Record<string, unknown>[] = [];
      world.provider.bend.tokenResponse = async (response, { grantType }) => {
        if (grantType !== 'refresh_token') return;
        given.push(response);
        await gate.pass();
      };
      const slow = browser.fetchJson(`${world.url}/rights`);
      await gate.arrived;
      await world.change({ disabled: true });
      gate.open();
      const late = await slow;
      expect(late.status).toBe(401);
      expect(late.setCookies.join()).not.toMatch(/latchkey\.(?:sid|token)=[^;]/);
      const again = await world.browser().fetchJson(`${world.url}/rights`, { headers: { cookie } });
      expect(again.status).toBe(401);
      expect(await sessionKeys()).toEqual([]);
      const revoked = world.provider.calls('revocation').map(({ form }) => form.get('token'));
      expect(revoked).toContain(given[0]?.refresh_token);
    },
  );

  it('of another person of the same name elsewhere stays: issuer and subject count exactly', async () => {
    await using world = await startRightsWorld({ redis });
    const browser = await world.signedIn();
    world.directory.set({ disabled: true });
    const { issuer } = world.provider;
    for (const person of [
      { issuer: `${issuer}/`, subject: 'user-ada' },
      { issuer: 'https://elsewhere.example', subject: 'user-ada' },
      { issuer, subject: 'user-Ada' },
      { issuer, subject: 'user-ada ' },
    ]) {
      await world.auth.people.changed(person);
    }
    expect((await world.who(browser)).status).toBe(200);
    expect(world.ended()).toEqual([]);
  });
});
