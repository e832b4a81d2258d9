// Floods of invented tokens, keys and logout messages: whoever would have to answer them is left alone.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { memoryApiKeys } from '../../src/embedded.ts';
import { type BearerWorld, guardedRoutes, mint, opaque, startBearerWorld } from '../support/bearer-world.ts';
import { deliver, logoutToken, postToBackChannel, signedInWithSid } from '../support/logout-tokens.ts';

const five = { requests: 5, seconds: 600 };
const state = { finds: 0 };
const keys = memoryApiKeys();

let world: BearerWorld;
beforeAll(async () => {
  const limits = { credentials: five, logout: five, account: { requests: 30, seconds: 600 } };
  const apiKeys = {
    ...keys,
    find: (digest: string) => {
      state.finds += 1;
      return keys.find(digest);
    },
  };
  world = await startBearerWorld({ auth: { limits, apiKeys, introspectionSeconds: 0 } }, (app, auth) => {
    guardedRoutes(app, auth);
    app.get('/protected', auth.authenticated(), (_req, res) => void res.json({ ran: true }));
    app.get('/key', auth.authenticated({ apiKeys: true }), (_req, res) => void res.json({ ran: true }));
  });
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => {
  world.provider.reset();
  world.advance(1200);
});

const invented = () => world.bear(`invented-${crypto.randomUUID()}`);
const askedProvider = () => world.provider.calls('introspection').length;
const many = async <T>(count: number, ask: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, ask));
const sorted = (answers: readonly { status: number }[]) => answers.map(({ status }) => status).sort();

describe('invented tokens', () => {
  it('cost the provider a bounded number of calls, also when all of them come at once', async () => {
    const answers = await many(40, invented);
    expect(sorted(answers)).toEqual([...Array(5).fill(401), ...Array(35).fill(429)]);
    expect(askedProvider()).toBe(5);
    const refused = answers.find(({ status }) => status === 429);
    expect(JSON.parse(refused?.body ?? '')).toMatchObject({ code: 'too_many_requests' });
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(0);
    expect(world.events.filter(({ type }) => type === 'rate_limited').at(-1)).toMatchObject({
      limit: 'credentials',
      refused: 1,
    });
    world.advance(120);
    expect((await invented()).status).toBe(401);
  });

  it('are refused at optional guards as well', async () => {
    await many(5, invented);
    expect((await world.bear(`invented-${crypto.randomUUID()}`, '/optional')).status).toBe(429);
    expect(askedProvider()).toBe(5);
  });

  it('do not keep out a token that was good before, or one that is signed', async () => {
    const { token, revoke } = opaque(world.provider);
    expect((await world.bear(token)).status).toBe(200);
    await many(20, invented);
    expect((await world.bear(token)).status).toBe(200);
    expect((await world.bear(await mint(world.provider))).status).toBe(200);
    revoke();
    world.advance(1);
    expect((await world.bear(token)).status).toBe(401);
    world.advance(5);
    expect((await world.bear(token)).status).toBe(429);
  });

  it('are the only ones that count: good ones and an outage do not', async () => {
    for (let index = 0; index < 12; index += 1) {
      expect((await world.bear(opaque(world.provider).token)).status).toBe(200);
    }
    world.provider.bend.raw.introspection = (_request, response) => void response.writeHead(503).end();
    expect(new Set(sorted(await many(8, invented)))).toEqual(new Set([429, 503]));
    delete world.provider.bend.raw.introspection;
    expect((await invented()).status).toBe(401);
  });
});

it('invented API keys are looked up a bounded number of times, and a good one goes on', async () => {
  const { key } = await world.auth.apiKeys.create({ name: 'k', permissions: [], roles: [], scope: [] });
  const withKey = (text: string) => world.ask('/key', { 'x-api-key': text });
  expect((await withKey(key)).status).toBe(200);
  world.advance(60);
  state.finds = 0;
  const answers = await many(20, () => withKey(`invented-${crypto.randomUUID()}`));
  expect(sorted(answers).filter((status) => status === 401)).toHaveLength(5);
  expect(state.finds).toBe(5);
  expect((await withKey(key)).status).toBe(200);
});

it('one program may send so many requests from all addresses together, where that is wanted', async () => {
  const token = await mint(world.provider, { sub: 'machine' });
  const answers = await many(33, () => world.bear(token));
  expect(sorted(answers).filter((status) => status === 429)).toHaveLength(3);
  expect(world.events.at(-1)).toMatchObject({ type: 'rate_limited', limit: 'account', by: 'account' });
  expect((await world.bear(await mint(world.provider, { sub: 'another' }))).status).toBe(200);
});

describe('logout messages', () => {
  it('LO-11b: that are garbage stop being judged in the log, and the provider’s own from the same address end sessions', async () => {
    const { browser, sid } = await signedInWithSid(world);
    const before = world.events.length;
    const garbage = () => deliver(world, 'not.a.token');
    const answers = await many(30, garbage);
    expect(sorted(answers)).toEqual([...Array(5).fill(400), ...Array(25).fill(429)]);
    expect(answers.find(({ status }) => status === 429)?.headers.get('retry-after')).not.toBeNull();
    expect(
      world.events
        .slice(before)
        .map(({ type }) => type)
        .sort(),
    ).toEqual([...Array(5).fill('back_channel_refused'), 'rate_limited']);
    expect((await deliver(world, await logoutToken(world.provider, { sid }))).status).toBe(200);
    expect(await world.whoIs(browser)).toBe('401');
    expect((await postToBackChannel(world, 'nothing=here')).status).toBe(429);
  });

  it('of the provider never count, however many people sign out', async () => {
    for (let index = 0; index < 12; index += 1) {
      const token = await logoutToken(world.provider, { sub: `somebody-${index}` });
      expect((await deliver(world, token)).status).toBe(200);
    }
    expect((await deliver(world, 'not.a.token')).status).toBe(400);
  });

  it('in frames are counted by address before the store is asked', async () => {
    const iss = encodeURIComponent(world.provider.issuer);
    const frame = () => world.ask(`/frontchannel-logout?iss=${iss}&sid=${crypto.randomUUID()}`);
    expect(sorted(await many(8, frame))).toEqual([...Array(5).fill(200), ...Array(3).fill(429)]);
  });
});
