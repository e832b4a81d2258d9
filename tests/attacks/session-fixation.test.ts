// SE-03 to SE-06 and SE-15: session ids that an attacker knows, plants, guesses or writes into a request.
import { sign } from 'cookie-signature';
import type { RequestHandler } from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startLibraryWorld, testSecret } from '../support/app-world.ts';
import type { BrowserClient } from '../support/browser-client.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { testUser } from '../support/scripted-provider.ts';

let redis: TestRedis;
let world: AppWorld;
beforeAll(async () => {
  redis = await startRedis();
  const routes: Parameters<typeof startLibraryWorld>[0] = (app, auth) => {
    app.get('/page', auth.currentUser(), (_req, res) => void res.send('page'));
    app.get('/fresh', auth.currentUser({ maxAge: 60 }), (_req, res) => void res.send('fresh'));
    app.get('/cart', auth.session(), (req, res) => {
      Object.assign(req.session, { cart: 1 });
      res.send(req.sessionID);
    });
  };
  world = await startLibraryWorld(routes, { redis });
});
beforeEach(async () => {
  world.provider.reset();
  await redis.flush();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await redis.stop();
});

const sidOf = (browser: BrowserClient): string => browser.cookies.value(world.url, 'latchkey.sid') ?? '';
const plant = (browser: BrowserClient, sid: string, path = '/'): void => {
  expect(browser.cookies.set(world.url, `latchkey.sid=${sid}; Path=${path}`)).toBe(true);
};
const signed = (id: string, secret = testSecret): string => encodeURIComponent(`s:${sign(id, secret)}`);
/** Who a request with exactly these cookies is. */
const whoWith = async (cookie: string): Promise<string> => {
  const visit = await world.browser().fetchJson(`${world.url}/api/me`, { headers: { cookie } });
  return visit.status === 200 ? visit.json<{ subject: string }>().subject : String(visit.status);
};
const cookiesOf = (browser: BrowserClient): string => browser.cookies.header(world.url, 'strict') ?? '';

describe('session ids', () => {
  it('SE-03: are a thousand different ones for a thousand visitors, of 192 random bits each', async () => {
    const ids = new Set<string>();
    for (let round = 0; round < 20; round += 1) {
      const visits = Array.from({ length: 50 }, () => world.browser().get(`${world.url}/cart`));
      for (const { body } of await Promise.all(visits)) ids.add(body);
    }
    expect(ids.size).toBe(1000);
    for (const id of ids) expect(id).toMatch(/^[\w-]{32}$/);
    const ones = [...ids].join('').replace(/[^A-Z]/g, '').length / 32_000;
    expect(ones).toBeGreaterThan(0.38);
    expect(ones).toBeLessThan(0.43);
  });

  it('SE-03: of logins differ too, also of the same person in the same browser', async () => {
    const browser = world.browser();
    const ids = new Set<string>();
    for (let round = 0; round < 10; round += 1) {
      await world.signIn(browser, '/login');
      ids.add(sidOf(browser));
    }
    expect(ids.size).toBe(10);
  });
});

describe('a session id that somebody knows', () => {
  it('SE-04a: is another one after the login, and the old one is anonymous', async () => {
    const browser = world.browser();
    await browser.get(`${world.url}/cart`);
    const before = sidOf(browser);
    await world.signIn(browser, '/page');
    expect(sidOf(browser)).not.toBe(before);
    const token = browser.cookies.value(world.url, 'latchkey.token');
    expect(await whoWith(`latchkey.sid=${before}; latchkey.token=${token}`)).toBe('401');
    expect(await redis.keys('latchkey:session:*')).toHaveLength(1);
  });

  it('SE-04b: is another one after a step-up, and the old one is anonymous', async () => {
    const browser = world.browser();
    world.provider.authTime = world.provider.nowSeconds() - 3600;
    await world.signIn(browser, '/page');
    const before = cookiesOf(browser);
    world.provider.authTime = null;
    expect((await world.signIn(browser, '/fresh')).body).toBe('fresh');
    expect(cookiesOf(browser)).not.toBe(before);
    expect(await whoWith(before)).toBe('401');
    expect(await world.whoIs(browser)).toBe('user-ada');
    expect(await redis.keys('latchkey:session:*')).toHaveLength(1);
  });

  it('SE-04c: is anonymous after the logout, and nothing of it is left', async () => {
    const browser = world.browser();
    await world.signIn(browser, '/page');
    const before = cookiesOf(browser);
    await browser.post(`${world.url}/logout`);
    expect(cookiesOf(browser)).toBe('');
    expect(await whoWith(before)).toBe('401');
    expect((await redis.keys()).filter((key) => !key.includes('once'))).toEqual([]);
  });
});

describe('a session id that an attacker made', () => {
  it.each([
    ['SE-05a', 'well signed, unknown to the store', signed('attacker-chosen-id')],
    ['SE-05b', 'not signed', 'attacker-chosen-id'],
    ['SE-05b', 'signed with another secret', signed('attacker-chosen-id', 'not the secret')],
    ['SE-05b', 'with a forged signature', encodeURIComponent('s:attacker-chosen-id.Zm9yZ2Vk')],
  ])('%s: %s: is never taken over, neither by a login nor by the writer', async (_id, _what, sid) => {
    const browser = world.browser();
    plant(browser, sid);
    expect(await world.whoIs(browser)).toBe('401');
    const { body } = await browser.get(`${world.url}/cart`);
    expect(body).not.toContain('attacker');
    plant(browser, sid);
    await world.signIn(browser, '/page');
    expect(await world.whoIs(browser)).toBe('user-ada');
    expect(sidOf(browser)).not.toBe(sid);
    expect(decodeURIComponent(sidOf(browser))).not.toContain('attacker');
    const token = browser.cookies.value(world.url, 'latchkey.token');
    expect(await whoWith(`latchkey.sid=${sid}; latchkey.token=${token}`)).toBe('401');
  });
});

describe('two session cookies side by side', () => {
  let mallory = '';
  let ada: BrowserClient;
  beforeEach(async () => {
    const attacker = world.browser();
    world.provider.user = { ...testUser, sub: 'user-mallory' };
    await world.signIn(attacker, '/page');
    mallory = sidOf(attacker);
    world.provider.user = testUser;
    ada = world.browser();
    await world.signIn(ada, '/page');
  });

  it.each([
    ['SE-06a', 'in front of', (planted: string, good: string) => `latchkey.sid=${planted}; ${good}`],
    ['SE-06b', 'behind', (planted: string, good: string) => `${good}; latchkey.sid=${planted}`],
  ])('%s: a forged one %s the good one changes nothing', async (_id, _where, join) => {
    expect(await whoWith(join('s%3Aforged.c2ln', cookiesOf(ada)))).toBe('user-ada');
    expect(await whoWith(join('junk', cookiesOf(ada)))).toBe('user-ada');
  });

  it.each([
    ['SE-06a', 'in front of', (planted: string, good: string) => `latchkey.sid=${planted}; ${good}`],
    ['SE-06b', 'behind', (planted: string, good: string) => `${good}; latchkey.sid=${planted}`],
  ])(
    "%s: the attacker's own good one %s the good one never makes anybody the attacker",
    async (_id, _where, join) => {
      expect(await whoWith(join(mallory, cookiesOf(ada)))).toBe('401');
    },
  );

  it("SE-06a: the attacker's session without the attacker's token is nobody's", async () => {
    const token = ada.cookies.value(world.url, 'latchkey.token');
    expect(await whoWith(`latchkey.sid=${mallory}; latchkey.token=${token}`)).toBe('401');
    expect(await whoWith(`latchkey.sid=${mallory}`)).toBe('401');
  });

  it('SE-06: planted on a deeper path, as browsers send it first, is never the attacker’s session', async () => {
    plant(ada, mallory, '/api');
    expect(cookiesOf(ada)).not.toContain(mallory);
    expect(await world.whoIs(ada)).toBe('401');
    expect((await ada.get(`${world.url}/page`)).body).toBe('page');
  });
});

describe('session fields in a request', () => {
  it('SE-15a: from query or form change nothing of the session', async () => {
    const query =
      'return_to[user]=mallory&user[sub]=user-mallory&latchkey[subject]=user-mallory&permissions=admin';
    const browser = world.browser();
    await world.signIn(browser, `/login?${query}&__proto__[subject]=user-mallory`);
    const fields = { 'latchkey[subject]': 'user-mallory', user: 'user-mallory', subject: 'user-mallory' };
    await browser.post(`${world.url}/page?${query}`, fields);
    expect(await world.whoIs(browser)).toBe('user-ada');
    const [key = ''] = await redis.keys('latchkey:session:*');
    expect(await redis.send('GET', key)).not.toContain('mallory');
  });

  it('SE-15b: a session id in the address or a header is not looked at', async () => {
    const ada = world.browser();
    await world.signIn(ada, '/page');
    const sid = sidOf(ada);
    const query = new URLSearchParams(
      cookiesOf(ada)
        .split('; ')
        .map((pair) => pair.split('=') as [string, string]),
    );
    const stranger = world.browser();
    for (const path of [`/api/me?${query}`, `/api/me;latchkey.sid=${sid}`, `/api/me?sid=${sid}`]) {
      const { status } = await stranger.fetchJson(world.url + path, { headers: { 'x-session-id': sid } });
      expect([401, 404]).toContain(status);
    }
  });
});

describe('a session that an app has its hands on during a login', () => {
  /** express-session stands before everything, and the app after it does with the session what it likes. */
  const withApp = (meddle: RequestHandler) =>
    startLibraryWorld(
      (app, auth) => {
        app.get('/page', auth.currentUser(), (_req, res) => void res.send('page'));
        app.get('/kept', auth.session(), auth.currentUser(), (req, res) => void res.json(req.session));
      },
      {
        redis,
        before(app, auth) {
          app.use(auth.session(), meddle);
          app.get('/cart', (req, res) => {
            Object.assign(req.session, { cart: 1 });
            res.send(req.sessionID);
          });
        },
      },
    );

  it('SE-04a: has another id afterwards, also where it is wrapped', async () => {
    await using wrapping = await withApp((req, _res, next) => {
      req.session = new Proxy(req.session, {});
      next();
    });
    const browser = wrapping.browser();
    await browser.get(`${wrapping.url}/cart`);
    const before = browser.cookies.value(wrapping.url, 'latchkey.sid');
    expect(before).toBeTruthy();
    await wrapping.signIn(browser, '/page');
    expect(browser.cookies.value(wrapping.url, 'latchkey.sid')).not.toBe(before);
  });

  it('SE-04a: holds nothing that was put into it before', async () => {
    await using putting = await withApp((req, _res, next) => {
      if (req.path === '/auth-callback') Object.assign(req.session, { planted: 1 });
      next();
    });
    const browser = putting.browser();
    await putting.signIn(browser, '/page');
    const kept = await browser.fetchJson(`${putting.url}/kept`);
    expect([kept.status, kept.json()]).toEqual([200, expect.not.objectContaining({ planted: 1 })]);
  });
});
