// What devices cost and leave in the store: hundreds of entries, entries that point nowhere, small records, outages.
import type { Request } from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Device } from '../../src/index.ts';
import { type AppWorld, startAppWorld, startLibraryWorld } from '../support/app-world.ts';
import { listedDevices, openDevices, signedInOn, userAgents } from '../support/device-steps.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

describe('devices in Redis', () => {
  let world: AppWorld;
  beforeAll(async () => {
    world = await startAppWorld({ redis });
  });
  afterAll(() => world[Symbol.asyncDispose]());
  beforeEach(() => redis.flush());

  const personsIndex = async (): Promise<string> => {
    const keys = await redis.keys('latchkey:index:*');
    for (const key of keys) if (Number(await redis.send('ZCARD', key)) > 1) return key;
    throw new Error('nobody has two sessions');
  };

  it('that are hundreds are listed without a long wait, and ended as well', async () => {
    const laptop = await signedInOn(world, userAgents.laptop);
    await signedInOn(world, userAgents.phone);
    const index = await personsIndex();
    const [one] = (await redis.keys('latchkey:session:*')) as [string];
    for (let copy = 0; copy < 400; copy += 1) {
      await redis.send('COPY', one, `latchkey:session:{copy-${copy}}`);
      await redis.send('ZADD', index, String(world.now()), `copy-${copy}`);
    }
    const before = performance.now();
    expect(listedDevices(await openDevices(world, laptop))).toHaveLength(402);
    expect(performance.now() - before).toBeLessThan(5000);
    expect((await laptop.post(`${world.url}/sessions/end-others`)).status).toBe(303);
    expect(listedDevices(await openDevices(world, laptop))).toHaveLength(1);
    expect(await redis.keys('latchkey:session:*')).toHaveLength(1);
  });

  it('that are over are not listed, and taken out of the index', async () => {
    const laptop = await signedInOn(world, userAgents.laptop);
    await signedInOn(world, userAgents.phone);
    const index = await personsIndex();
    const own = Number(await redis.send('ZCARD', index));
    for (let entry = 0; entry < 50; entry += 1) {
      await redis.send('ZADD', index, String(world.now()), `gone-${entry}`);
    }
    expect(listedDevices(await openDevices(world, laptop))).toHaveLength(2);
    expect(Number(await redis.send('ZCARD', index))).toBe(own);
  });

  it('list this one even where it began under a version without the index', async () => {
    const laptop = await signedInOn(world, userAgents.laptop);
    for (const key of await redis.keys('latchkey:index:*')) await redis.send('DEL', key);
    expect(listedDevices(await openDevices(world, laptop))).toMatchObject([{ current: true }]);
  });

  it('keep a record below 1.5 KB, without the address', async () => {
    const proxied = await startAppWorld({ redis, trustProxy: ['loopback'] });
    await using _ = proxied;
    const browser = world.browser();
    const headers = { 'x-forwarded-for': '198.51.100.77', 'user-agent': userAgents.phone };
    const callback = await browser.follow(await browser.get(`${proxied.url}/protected`, { headers }));
    await browser.get(callback.location ?? '', { headers });
    const [key] = (await redis.keys('latchkey:session:*')) as [string];
    const record = String(await redis.send('GET', key));
    expect(record.length).toBeLessThan(1500);
    expect(record).toContain('198.51.100.x');
    expect(record).not.toContain('198.51.100.77');
  });

  it('leave a marker that ends with the session’s longest life, and nothing else', async () => {
    const laptop = await signedInOn(world, userAgents.laptop);
    await signedInOn(world, userAgents.phone);
    await laptop.post(`${world.url}/sessions/end-others`);
    const markers = await redis.keys('latchkey:once:{ended-elsewhere:*');
    expect(markers).toHaveLength(1);
    const left = Number(await redis.send('TTL', markers[0] ?? ''));
    expect(left).toBeGreaterThan(604_700);
    expect(left).toBeLessThanOrEqual(604_800);
    expect(await redis.keys('latchkey:session:*')).toHaveLength(1);
    expect(await redis.keys('latchkey:vault:*')).toHaveLength(1);
  });

  it('answer 503 while the store is away, and end nothing', async () => {
    const laptop = await signedInOn(world, userAgents.laptop);
    const phone = await signedInOn(world, userAgents.phone);
    await redis.kill({ keepData: true });
    for (const visit of [
      await laptop.get(`${world.url}/sessions`),
      await laptop.post(`${world.url}/sessions/end-others`),
    ]) {
      expect(visit.status).toBe(503);
      expect(Number(visit.headers['retry-after'])).toBeGreaterThan(0);
      expect(visit.setCookies).toEqual([]);
    }
    await redis.restart();
    await expect.poll(() => world.whoIs(phone), { timeout: 6000 }).toBe('user-ada');
    expect(listedDevices(await openDevices(world, laptop))).toHaveLength(2);
  });
});

describe('devices in an app of one’s own', () => {
  it('are listed and ended through auth.devices, and name a place of its own making', async () => {
    const asked: string[] = [];
    await using world = await startLibraryWorld(
      (app, auth) => {
        app.get('/protected', auth.currentUser(), (_req, res) => void res.send('ok'));
        app.get(
          '/devices',
          auth.currentUser(),
          async (req, res) => void res.json(await auth.devices.list(req)),
        );
        app.post('/end/:id', auth.currentUser(), async (req: Request<{ id: string }>, res) => {
          await auth.devices.end(req, req.params.id);
          res.json('ended');
        });
        app.post('/end-others', auth.currentUser(), async (req, res) => {
          res.json(await auth.devices.endOthers(req));
        });
      },
      { auth: { placeOf: async (address) => (asked.push(address) > 0 ? 'The office' : null) } },
    );
    const laptop = await signedInOn(world, userAgents.laptop);
    for (const _ of [1, 2, 3]) await signedInOn(world, userAgents.phone);
    const list = () => laptop.fetchJson(`${world.url}/devices`).then((visit) => visit.json<Device[]>());
    const [own, phone] = (await list()) as [Device, Device];
    expect(own).toMatchObject({ current: true, browser: 'Chrome', system: 'Windows', place: 'The office' });
    expect(own.lastSeenAt).toBeGreaterThanOrEqual(own.startedAt);
    expect(phone).toMatchObject({ current: false, browser: 'Safari', userAgent: userAgents.phone });
    expect(asked).toHaveLength(4);
    const post = (path: string) => laptop.fetchJson(world.url + path, { method: 'POST' });
    expect((await post(`/end/${phone.id}`)).json()).toBe('ended');
    expect((await post(`/end/${own.id}`)).json()).toMatchObject({ code: 'request_malformed' });
    expect((await post('/end-others')).json()).toBe(2);
    expect(await list()).toMatchObject([{ id: own.id }]);
    expect(world.events.filter(({ type }) => type === 'session_ended')).toHaveLength(3);
  });
});
