// Floods of requests: who sends too many waits, and nobody else does.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { mint } from '../support/bearer-world.ts';
import { type ReceivedAnswer, sendRequest } from '../support/browser-request.ts';

/** One comes back in 150 seconds, so a slow machine changes nothing. */
const small = { requests: 4, seconds: 600 };
const page = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

let world: AppWorld;
beforeAll(async () => {
  const limits = { login: small, callback: small, logout: small, api: { requests: 40, seconds: 600 } };
  world = await startAppWorld({ auth: { limits }, trustProxy: ['127.0.0.1'] });
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => {
  world.provider.reset();
  // All that was counted before is given back.
  world.advance(1200);
});

/** From this machine, where the one proxy is that is trusted. */
const sendTo = (url: string, headers: Record<string, string>): Promise<ReceivedAnswer> =>
  sendRequest({ method: 'GET', url, headers, body: null }, { behindProxy: {}, timeoutMs: 10_000 });
/** As coming from this address. */
const send = (path: string, from: string, headers: Record<string, string> = page): Promise<ReceivedAnswer> =>
  sendTo(world.url + path, { ...headers, 'x-forwarded-for': from });
const statuses = async (
  count: number,
  ask: (index: number) => Promise<ReceivedAnswer>,
): Promise<number[]> => {
  const answers: number[] = [];
  for (let index = 0; index < count; index += 1) answers.push((await ask(index)).status);
  return answers;
};
const limited = () => world.logLines().filter(({ msg }) => msg === 'rate_limited');

describe('logins that begin', () => {
  it('AT-10: are too many at some point: a page with Retry-After, and one warning for all', async () => {
    const before = limited().length;
    const asked = await statuses(12, () => send('/login', '198.51.100.1'));
    expect(asked).toEqual([302, 302, 302, 302, ...Array(8).fill(429)]);
    const refused = await send('/login?return_to=/protected', '198.51.100.1');
    expect(refused.headers['retry-after']).toMatch(/^1[45]\d$/);
    expect(refused.headers['set-cookie']).toBeUndefined();
    expect(refused.body).toContain('Too many requests');
    const [event, ...more] = limited().slice(before);
    expect(event).toMatchObject({
      level: 'warn',
      limit: 'login',
      by: 'address',
      refused: 1,
      ip: '198.51.100.1',
    });
    expect(more).toEqual([]);

    world.advance(150);
    expect(await statuses(2, () => send('/login', '198.51.100.1'))).toEqual([302, 429]);
    expect(
      limited()
        .slice(before)
        .map(({ refused: many }) => many),
    ).toEqual([1, 9]);
  });

  it('AT-10: of images and frames on a page of somebody else keep nobody in the visitor’s office out', async () => {
    const from = '198.51.100.71';
    for (const [site, dest] of [['cross-site', 'image'] as const, ['same-site', 'iframe'] as const]) {
      const sent = { 'sec-fetch-site': site, 'sec-fetch-dest': dest };
      await statuses(8, () => send('/login', from, sent));
      await statuses(8, () => send('/auth-callback?code=x&state=y', from, sent));
      expect((await send('/login', from, sent)).status).toBe(429);
    }
    expect((await send('/auth-callback?code=x&state=y', from)).status).toBe(400);
    // From a link on another site people come as ever, and are counted as ever.
    const link = { ...page, 'sec-fetch-site': 'cross-site' };
    expect(await statuses(6, () => send('/login', from, link))).toEqual([302, 302, 302, 302, 429, 429]);
  });

  it('count where a guard begins them as well, and pages that need none stay open', async () => {
    const from = '198.51.100.2';
    expect(await statuses(6, () => send('/protected', from))).toEqual([302, 302, 302, 302, 429, 429]);
    expect((await send('/login', from)).status).toBe(429);
    expect(await statuses(30, () => send('/', from))).toEqual(Array(30).fill(200));
  });

  it('of others go on, and a person who is signed in opens as many pages as they like', async () => {
    const browser = world.browser();
    await world.signIn(browser);
    await statuses(8, () => send('/login', '127.0.0.1'));
    expect((await send('/login', '127.0.0.1')).status).toBe(429);
    for (let visit = 0; visit < 30; visit += 1) {
      expect((await browser.get(`${world.url}/protected`)).status).toBe(200);
    }
    expect((await send('/login', '198.51.100.3')).status).toBe(302);
  });

  it('are counted for a /64 of IPv6, and mapped IPv4 is IPv4', async () => {
    const within = [
      '2001:db8:0:1::1',
      '2001:db8:0:1::2',
      '2001:db8:0:1:ffff::3',
      '2001:db8::1:0:0:0:4',
      '2001:db8:0:1::5',
    ];
    const asked: number[] = [];
    for (const from of within) asked.push((await send('/login', from)).status);
    expect(asked).toEqual([302, 302, 302, 302, 429]);
    expect((await send('/login', '2001:db8:0:2::1')).status).toBe(302);
    await statuses(4, () => send('/login', '198.51.100.4'));
    expect((await send('/login', '::ffff:198.51.100.4')).status).toBe(429);
  });

  it('cannot be hidden behind an invented X-Forwarded-For', async () => {
    const behind = (index: number) => send('/login', `10.9.8.${index}, 198.51.100.5`);
    expect((await statuses(6, behind)).slice(4)).toEqual([429, 429]);

    await using open = await startAppWorld({ provider: world.provider, auth: { limits: { login: small } } });
    const straight = (index: number) => {
      const invented = { 'x-forwarded-for': `203.0.113.${index}`, forwarded: `for=10.0.0.${index}` };
      return sendTo(`${open.url}/login`, { ...page, ...invented });
    };
    expect(await statuses(6, straight)).toEqual([302, 302, 302, 302, 429, 429]);
  });
});

describe('callbacks', () => {
  it('that fail again and again are refused before they are looked at; logins that work do not count', async () => {
    const browser = world.browser();
    const loggedIn = async () => (await world.signIn(browser.clone())).status;
    for (let login = 0; login < 3; login += 1) expect(await loggedIn()).toBe(200);
    const forged = '/auth-callback?code=x&state=forged';
    const asked = await statuses(7, () => send(forged, '127.0.0.1'));
    expect(asked).toEqual([400, 400, 400, 400, 429, 429, 429]);
    expect((await send(forged, '198.51.100.6')).status).toBe(400);
    const failures = world.logLines().filter(({ msg, ip }) => msg === 'login_failed' && ip === '127.0.0.1');
    expect(failures).toHaveLength(4);
  });

  it('that fail because the provider is away do not count', async () => {
    world.provider.bend.raw.token = (_request, response) => void response.writeHead(503).end();
    for (let login = 0; login < 4; login += 1) {
      const visit = await world.signIn(world.browser());
      expect(visit.status).toBe(503);
    }
    world.provider.reset();
    expect((await send('/auth-callback?code=x&state=forged', '127.0.0.1')).status).toBe(400);
  });
});

describe('an API', () => {
  const json = { accept: 'application/json' };

  it('answers who is refused too often with problem details, and goes on for signed-in people at that address', async () => {
    const browser = world.browser();
    await world.signIn(browser);
    const stranger = () => send('/api/me', '127.0.0.1', json);
    expect((await statuses(50, stranger)).lastIndexOf(401)).toBe(39);
    const refused = await stranger();
    expect(refused.status).toBe(429);
    expect(refused.headers['content-type']).toContain('application/problem+json');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'too_many_requests', status: 429 });
    expect(await world.whoIs(browser)).toBe('user-ada');
    const forged = { ...json, cookie: 'latchkey.sid=s%3Aforged.sig; latchkey.token=x' };
    expect((await send('/api/me', '127.0.0.1', forged)).status).toBe(429);
    expect((await send('/api/me', '198.51.100.7', json)).status).toBe(401);
  });

  it('does not count what a guard let in, also where it then says no', async () => {
    world.provider.user = { sub: 'user-ben', name: 'Ben' };
    const browser = world.browser();
    await world.signIn(browser);
    for (let call = 0; call < 50; call += 1) {
      const path = call < 5 ? '/api/me' : '/api/audits';
      expect([200, 403]).toContain((await browser.fetchJson(world.url + path)).status);
    }
    expect((await send('/api/me', '127.0.0.1', json)).status).toBe(401);
  });

  it('goes on for a program whose token was good during the flood, and for no other header', async () => {
    const bearer = { ...json, authorization: `Bearer ${await mint(world.provider)}` };
    const invented = { ...json, authorization: 'Bearer not.a.token' };
    const flood = (count: number) => statuses(count, () => send('/api/me', '198.51.100.8', invented));
    await flood(30);
    expect((await send('/api/me', '198.51.100.8', bearer)).status).toBe(200);
    expect((await flood(20)).at(-1)).toBe(429);
    expect((await send('/api/me', '198.51.100.8', bearer)).status).toBe(200);
    const late = { ...json, authorization: `Bearer ${await mint(world.provider)}` };
    expect((await send('/api/me', '198.51.100.8', late)).status).toBe(429);
  });
});
